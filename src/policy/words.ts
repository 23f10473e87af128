import type { Level } from '../domain/label.ts'
import { LEVELS } from '../domain/label.ts'
import type { Handling } from '../domain/request.ts'
import type { Groups } from './conditions.ts'
import type { DestinationCondition, RequestCondition } from './schema.ts'

export const CATEGORY_WORDS: Readonly<Record<string, string>> = {
  pii: 'personal data',
  'pii.minor': 'personal data of minors',
  health: 'health data',
  pci: 'payment card data',
  bank: 'bank account data',
  'government-id': 'government identity numbers',
  secret: 'secrets',
  'source-code': 'source code',
  legal: 'privileged legal material',
  'export-control': 'export-controlled data',
  hr: 'personnel data',
}
export const SCAN_WORDS = {
  complete: 'was read completely',
  partial: 'was read only in part',
  unscanned: 'could not be read',
}
export const AGREEMENT_WORDS = {
  dpa: 'data processing agreement',
  baa: 'business associate agreement',
  scc: 'standard contractual clauses',
  zdr: 'zero-retention agreement',
  'pci-aoc': 'PCI attestation of compliance',
}

/** What a condition on requests is about, as a noun with its clauses: "restricted data from team red". */
export function dataPhrase(when: RequestCondition, groups: Groups): string {
  const { any, all, none } = when.categories ?? {}
  const isPlain = when.level === undefined && all === undefined && any !== undefined
  const noun = isPlain
    ? either(any.map(categoryWord))
    : when.level === undefined
      ? 'any data'
      : `${either(levelsOf(when.level))} data`
  const clauses = [
    ...(any === undefined || isPlain ? [] : [`that holds ${either(any.map(categoryWord))}`]),
    ...(all === undefined ? [] : [`that holds ${both(all.map(categoryWord))}`]),
    ...(none === undefined ? [] : [`that does not hold ${either(none.map(categoryWord))}`]),
    ...jurisdictionClauses(when, groups),
    ...(when.scan === undefined
      ? []
      : [`in a request that ${either(when.scan.map((scan) => SCAN_WORDS[scan]))}`]),
    ...callerClauses(when),
    ...handlingClauses(when),
  ]
  return clauses.length === 0 ? noun : `${noun} ${both(clauses)}`
}

const levelsOf = (level: NonNullable<RequestCondition['level']>): readonly Level[] =>
  'atLeast' in level ? LEVELS.slice(LEVELS.indexOf(level.atLeast)) : level

/** A category in words. */
export const categoryWord = (category: string): string =>
  CATEGORY_WORDS[category] ?? `data declared as ${category.slice(category.indexOf(':') + 1)}`

function jurisdictionClauses({ jurisdictions }: RequestCondition, groups: Groups): string[] {
  if (jurisdictions === undefined) return []
  const law = `protected by the law of ${either(placeWords(jurisdictions.any, groups))}`
  return [jurisdictions.unknown ? `${law} or of an unknown country` : law]
}

function callerClauses({ team, app, purpose, quality, operation }: RequestCondition): string[] {
  return [
    ...(team === undefined ? [] : [`from team ${either(team)}`]),
    ...(app === undefined ? [] : [`from app ${either(app)}`]),
    ...(purpose === undefined ? [] : [`for the purpose ${either(purpose)}`]),
    ...(quality === undefined ? [] : [`for which ${either(quality)} quality is asked`]),
    ...(operation === undefined ? [] : [`sent for ${either(operation)}`]),
  ]
}

function handlingClauses({ handling }: RequestCondition): string[] {
  return (['stored', 'hostedTools', 'longCache', 'serviceTier'] as const).flatMap((field) => {
    const value = handling?.[field]
    return value === undefined ? [] : [handlingWords(field, value)]
  })
}

export const ASKED_WORDS = {
  stored: 'the request to store it',
  hostedTools: 'tools that the provider runs',
  longCache: 'a long-lived cache',
} as const

/** How a request asks to be handled, in words. */
export function handlingWords(field: keyof Handling, value: unknown): string {
  if (field === 'serviceTier')
    return `with ${value === 'other' ? 'another than the' : 'the'} default service tier`
  return `${value === true ? 'with' : 'without'} ${ASKED_WORDS[field]}`
}

/** What a condition on destinations is about: "destinations that train on it". */
export function destinationPhrase(never: DestinationCondition, groups: Groups): string {
  const { zone, countries, retentionDays, trainsOnData, agreements, legalEntity } = never
  const clauses = [
    ...(never.destination === undefined ? [] : [`named ${either(never.destination)}`]),
    ...(never.class === undefined ? [] : [`of class ${either(never.class)}`]),
    ...(zone === undefined
      ? []
      : [`that the organisation ${zone === 'own' ? 'owns' : 'does not own'}`]),
    ...(legalEntity === undefined ? [] : [`that ${either(legalEntity)} runs`]),
    ...(countries === undefined ? [] : [countryClause(countries, groups)]),
    ...(retentionDays === undefined
      ? []
      : 'above' in retentionDays
        ? [`that keep it for more than ${retentionDays.above} days`]
        : [`that keep it for at most ${retentionDays.atMost} days`]),
    ...(trainsOnData === undefined
      ? []
      : [trainsOnData ? 'that train on it' : 'that do not train on it']),
    ...(agreements === undefined ? [] : [agreementClause(agreements)]),
  ]
  return clauses.length === 0 ? 'any destination' : `destinations ${both(clauses)}`
}

const countryClause = (
  countries: NonNullable<DestinationCondition['countries']>,
  groups: Groups,
): string =>
  'any' in countries
    ? `that may process it in ${either(placeWords(countries.any, groups))}`
    : `that may process it outside ${both(placeWords(countries.outside, groups))}`

const agreementClause = (agreements: NonNullable<DestinationCondition['agreements']>): string =>
  'has' in agreements
    ? `that have a ${either(agreements.has.map((one) => AGREEMENT_WORDS[one]))} in force`
    : `that have no ${either(agreements.lacks.map((one) => AGREEMENT_WORDS[one]))} in force`

const placeWords = (places: readonly string[], groups: Groups): readonly string[] =>
  places.map((place) => groups[place]?.title ?? place)

export const either = (words: readonly string[]): string => list(words, 'or')
export const both = (words: readonly string[]): string => list(words, 'and')

function list(words: readonly string[], conjunction: string): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  person: 'names of people',
  email: 'e-mail addresses',
  phone: 'phone numbers',
  card: 'card numbers',
  iban: 'IBANs',
  bank_account: 'bank account numbers',
  us_ssn: 'US social security numbers',
  national_id: 'national identity numbers',
  passport: 'passport numbers',
  driver_license: 'driving licence numbers',
  ip: 'IP addresses',
  address: 'postal addresses',
  location: 'locations',
  organization: 'names of organisations',
  date: 'dates',
  age: 'ages',
  url: 'web addresses',
  title: 'titles',
  secret: 'credentials',
  health: 'health matters',
  legal: 'legal matters',
  source_code: 'code',
  crypto: 'wallet addresses',
  vehicle: 'vehicle numbers',
  device: 'device numbers',
  marker: 'confidentiality notices',
}

/** Kinds of findings in words. */
export const kindWords = (kinds: readonly string[]): readonly string[] =>
  kinds.map((kind) => KIND_WORDS[kind] ?? kind)
