import type { CatalogDestination } from '../../src/domain/catalog.ts'
import { LEVELS } from '../../src/domain/label.ts'
import type { RequestAttributes } from '../../src/policy/conditions.ts'
import type { Bundle, DestinationCondition, RequestCondition } from '../../src/policy/schema.ts'

/**
 * A policy in Cedar (https://www.cedarpolicy.com), written from the description of the language and sharing no code with the engine: an
 * oracle. Routes become permits, guardrails and what obligations forbid become forbids.
 */
export function toCedar(bundle: Bundle, day: string): string {
  const { guardrails, routes, obligations, waivers, attributes } = bundle
  const places = (names: readonly string[]): readonly string[] =>
    names.flatMap((name) => attributes.countryGroups[name]?.countries ?? [name])
  const isOpen = (from: string | undefined, until: string | undefined): boolean =>
    (from === undefined || from <= day) && (until === undefined || day < until)
  const inForce = <
    T extends {
      window?: { from?: string | undefined; until?: string | undefined } | undefined
      level?: string | undefined
    },
  >(
    rules: readonly T[],
  ): readonly T[] =>
    rules.filter(({ window, level }) => level !== 'simulate' && isOpen(window?.from, window?.until))
  const request = (when: RequestCondition, worst: boolean): string =>
    requestText(when, worst, places)
  const destination = (never: DestinationCondition): string => destinationText(never, places)
  const forbids = inForce(guardrails).map(({ id, level, when, never }) => {
    const lifted = waivers
      .filter((one) => one.guardrail === id && level === 'enforce' && isOpen(one.from, one.expires))
      .map((one) =>
        all([request(one.when, false), 'context.scan == "complete"', destination(one.to)]),
      )
    const unless = lifted.length === 0 ? '' : ` unless { ${any(lifted)} }`
    return `forbid(principal, action, resource) when { ${all([request(when, true), destination(never)])} }${unless};`
  })
  const demands = inForce(obligations).flatMap(({ when, must }) => {
    const what =
      'retention' in must
        ? '!(resource.retentionDays == 0 || resource.agreements.contains("zdr"))'
        : 'cache' in must
          ? 'context.longCache && resource.zone == "third-party"'
          : undefined
    return what === undefined
      ? []
      : [`forbid(principal, action, resource) when { ${all([request(when, true), what])} };`]
  })
  const earlier: string[] = []
  const permits = inForce(routes).map(({ when, prefer }) => {
    const condition = request(when, false)
    const none = earlier.map((one) => `!(${one})`)
    earlier.push(condition)
    const targets = prefer.flat()
    const used = targets.includes('cheapest')
      ? 'true'
      : any([`${set(targets)}.contains(resource.id)`, `${set(targets)}.contains(resource.class)`])
    return `permit(principal, action, resource) when { ${all([condition, ...none, used])} };`
  })
  return [...forbids, ...demands, ...permits].join('\n')
}

const all = (parts: readonly string[]): string =>
  parts.length === 0 ? 'true' : parts.map((part) => `(${part})`).join(' && ')
const any = (parts: readonly string[]): string =>
  parts.length === 0 ? 'false' : parts.map((part) => `(${part})`).join(' || ')
const set = (values: readonly string[]): string =>
  `[${values.map((value) => JSON.stringify(value)).join(', ')}]`

type Places = (names: readonly string[]) => readonly string[]

function requestText(when: RequestCondition, worst: boolean, places: Places): string {
  const unread = 'context.scan == "unscanned"'
  const orUnread = (text: string): string => (worst ? any([unread, text]) : text)
  const { level, scan, categories, jurisdictions, handling } = when
  const parts: string[] = []
  if (level !== undefined) {
    const levels = 'atLeast' in level ? LEVELS.slice(LEVELS.indexOf(level.atLeast)) : level
    parts.push(`${set(levels)}.contains(if ${unread} then "restricted" else context.level)`)
  }
  if (scan !== undefined) parts.push(`${set(scan)}.contains(context.scan)`)
  const { any: some, all: every, none } = categories ?? {}
  if (some !== undefined) parts.push(orUnread(`context.categories.containsAny(${set(some)})`))
  if (every !== undefined) parts.push(orUnread(`context.categories.containsAll(${set(every)})`))
  if (none !== undefined) parts.push(orUnread(`!context.categories.containsAny(${set(none)})`))
  if (jurisdictions !== undefined) {
    const found = `context.jurisdictions.containsAny(${set(places(jurisdictions.any))})`
    parts.push(
      orUnread(jurisdictions.unknown ? any(['context.jurisdictions.isEmpty()', found]) : found),
    )
  }
  for (const name of ['team', 'app', 'purpose', 'quality', 'operation'] as const) {
    const names = when[name]
    if (names !== undefined) parts.push(`${set(names)}.contains(context.${name})`)
  }
  for (const [name, wanted] of Object.entries(handling ?? {}))
    parts.push(`context.${name} == ${JSON.stringify(wanted)}`)
  return all(parts)
}

function destinationText(never: DestinationCondition, places: Places): string {
  const {
    class: classes,
    zone,
    countries,
    legalEntity,
    retentionDays,
    trainsOnData,
    agreements,
  } = never
  const parts: string[] = []
  if (classes !== undefined) parts.push(`${set(classes)}.contains(resource.class)`)
  if (zone !== undefined) parts.push(`resource.zone == "${zone}"`)
  if (countries !== undefined) {
    const within =
      'any' in countries
        ? `resource.countries.containsAny(${set(places(countries.any))})`
        : `!(${set(places(countries.outside))}.containsAll(resource.countries))`
    parts.push(any(['resource.countries.isEmpty()', within]))
  }
  if (legalEntity !== undefined)
    parts.push(`${set(['', ...legalEntity])}.contains(resource.legalEntity)`)
  if (retentionDays !== undefined)
    parts.push(
      'above' in retentionDays
        ? `resource.retentionDays > ${retentionDays.above}`
        : `resource.retentionDays <= ${retentionDays.atMost}`,
    )
  if (trainsOnData !== undefined) parts.push(`resource.trainsOnData == ${trainsOnData}`)
  if (agreements !== undefined)
    parts.push(
      'has' in agreements
        ? `resource.agreements.containsAny(${set(agreements.has)})`
        : `!resource.agreements.containsAny(${set(agreements.lacks)})`,
    )
  return all(parts)
}

const FOR_EVER_DAYS = 1_000_000

/** A destination as an entity, with what is believed of it on a day. */
export function toEntity({ id, facts }: CatalogDestination, day: string) {
  const or = <T, W>({ value, expires }: { value: T; expires: string }, worst: W): T | W =>
    day < expires ? value : worst
  return {
    uid: { type: 'Destination', id },
    parents: [],
    attrs: {
      id,
      class: facts.class,
      zone: or(facts.zone, 'third-party'),
      countries: or(facts.countries, []),
      legalEntity: or(facts.legalEntity, ''),
      retentionDays: or(facts.retentionDays, FOR_EVER_DAYS),
      trainsOnData: or(facts.trainsOnData, true),
      agreements: facts.agreements.filter((one) => day < one.expires).map(({ value }) => value),
    },
  }
}

export function toContext({ label, handling, ...caller }: RequestAttributes) {
  return {
    ...caller,
    ...handling,
    level: label.level,
    scan: label.scan,
    categories: [...label.categories],
    jurisdictions: [...label.jurisdictions],
  }
}
