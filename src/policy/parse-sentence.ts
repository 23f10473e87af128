import { LEVELS } from '../domain/label.ts'
import { OPERATIONS, QUALITIES } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Groups } from './conditions.ts'
import { type Bundle, Invariant } from './schema.ts'
import { invariantSentence } from './sentence.ts'
import { AGREEMENT_WORDS, ASKED_WORDS, CATEGORY_WORDS, SCAN_WORDS } from './words.ts'

type Claim = Pick<Invariant, 'when' | 'never'>

/**
 * Reads a claim back from its sentence. Nothing is guessed: what was read is written as a sentence again, and if that is not the one that
 * was given, the claim is refused.
 *
 * @returns the claim, or what is accepted instead.
 */
export function parseClaim(sentence: string, bundle: Bundle): Result<Claim, string> {
  const [, data, destinations] =
    /^Never send (.+) to (any destination|destinations .+)\.$/.exec(sentence) ?? []
  if (data === undefined || destinations === undefined)
    return err(
      'a claim reads "Never send … to any destination." or "Never send … to destinations ….", as `policy sentences` writes it',
    )
  const vocabulary = vocabularyOf(bundle)
  const read = Written.safeParse({
    when: readClauses(data, DATA_SPLIT, (clause, at) => readData(clause, at === 0, vocabulary)),
    never:
      destinations === 'any destination'
        ? {}
        : readClauses(destinations.slice('destinations '.length), DESTINATION_SPLIT, (clause) =>
            readDestination(clause, vocabulary),
          ),
  })
  if (!read.success) return err(`not understood: ${unread(sentence)}`)
  const written = invariantSentence(read.data, bundle.attributes.countryGroups)
  return written === sentence ? ok(read.data) : err(`this would be read as: ${written}`)
}

const Written = Invariant.pick({ when: true, never: true })
const unread = (sentence: string): string =>
  `"${sentence}"; the words are those of \`policy sentences\``

type Vocabulary = {
  readonly categories: Words
  readonly places: Words
  readonly entities: Words
}
/** Values by the phrase that stands for them. */
type Words = ReadonlyMap<string, string>

function vocabularyOf({ attributes, destinations, guardrails, invariants }: Bundle): Vocabulary {
  const groups: Groups = attributes.countryGroups
  const entities = [
    ...destinations.map(({ facts }) => facts.legalEntity.value),
    ...[...guardrails, ...invariants].flatMap(({ never }) => never.legalEntity ?? []),
  ]
  return {
    categories: new Map([
      ...swapped(CATEGORY_WORDS),
      ...attributes.declaredCategories.map(
        (name) => [`data declared as ${name}`, `declared:${name}`] as const,
      ),
    ]),
    places: new Map(Object.entries(groups).map(([id, { title }]) => [title, id])),
    entities: new Map(entities.map((name) => [name, name])),
  }
}

const swapped = (words: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(words).map(([value, phrase]) => [phrase, value] as const)

const DATA_STARTS =
  'that holds |that does not hold |protected by the law of |in a request that |from team |from app |for the purpose |for which |sent for |with the request |without the request |with tools |without tools |with a long|without a long|with the default |with another '
const DATA_SPLIT = new RegExp(`(?:, | and | )(?=${DATA_STARTS})`)
const DESTINATION_SPLIT = /(?:, | and )(?=of class |that )/

type Parts = Readonly<Record<string, unknown>>

/** Joins what the clauses say; a clause that is not understood makes the whole unreadable. */
function readClauses(
  text: string,
  split: RegExp,
  read: (clause: string, at: number) => Parts | undefined,
): Parts | undefined {
  let joined: Parts | undefined = {}
  for (const [at, clause] of text.split(split).entries()) {
    const parts = read(clause, at)
    joined = parts === undefined || joined === undefined ? undefined : merge(joined, parts)
  }
  return joined
}

/** Parts of `categories` and `handling` come from several clauses. */
function merge(a: Parts, b: Parts): Parts {
  const joined: Record<string, unknown> = { ...a, ...b }
  for (const key of ['categories', 'handling'] as const) {
    const [first, second] = [a[key], b[key]]
    if (!isParts(first) || !isParts(second)) continue
    // Of two clauses "that holds", the first is of any and the second of all.
    const isAny = first['all'] !== undefined && second['all'] !== undefined
    joined[key] = isAny ? { any: first['all'], ...second } : { ...first, ...second }
  }
  return joined
}

const isParts = (value: unknown): value is Parts => typeof value === 'object' && value !== null

function readData(
  clause: string,
  isNoun: boolean,
  { categories, places }: Vocabulary,
): Parts | undefined {
  if (isNoun) {
    if (clause === 'any data') return {}
    const levels = clause.endsWith(' data')
      ? readList(clause.slice(0, -' data'.length), LEVEL_WORDS)
      : undefined
    if (levels !== undefined) return { level: levels }
    const any = readList(clause, categories)
    return any === undefined ? undefined : { categories: { any } }
  }
  for (const [start, read] of DATA_READERS)
    if (clause.startsWith(start)) return read(clause.slice(start.length), { categories, places })
  const handling = HANDLING.get(clause)
  return handling === undefined ? undefined : { handling }
}

type Reader = (text: string, words: Pick<Vocabulary, 'categories' | 'places'>) => Parts | undefined

const named =
  (key: string, words?: Words): Reader =>
  (text) => {
    const values = readList(text, words)
    return values === undefined ? undefined : { [key]: values }
  }
const asWords = (values: readonly string[]): Words => new Map(values.map((value) => [value, value]))
const LEVEL_WORDS = asWords(LEVELS)
const UNKNOWN = ' or of an unknown country'

const DATA_READERS: readonly (readonly [string, Reader])[] = [
  [
    'that holds ',
    (text, { categories }) => {
      const held = readList(text, categories)
      // Of one category, "any of" and "all of" mean the same.
      return held && { categories: { [text.includes(' or ') ? 'any' : 'all']: held } }
    },
  ],
  [
    'that does not hold ',
    (text, { categories }) => {
      const none = readList(text, categories)
      return none && { categories: { none } }
    },
  ],
  [
    'protected by the law of ',
    (text, { places }) => {
      const unknown = text.endsWith(UNKNOWN)
      const any = readList(unknown ? text.slice(0, -UNKNOWN.length) : text, places)
      return any && { jurisdictions: { any, unknown } }
    },
  ],
  ['in a request that ', named('scan', new Map(swapped(SCAN_WORDS)))],
  ['from team ', named('team')],
  ['from app ', named('app')],
  ['for the purpose ', named('purpose')],
  [
    'for which ',
    (text) =>
      named('quality', asWords(QUALITIES))(text.replace(/ quality is asked$/, ''), NO_WORDS),
  ],
  ['sent for ', named('operation', asWords(OPERATIONS))],
]
const NO_WORDS = { categories: new Map<string, string>(), places: new Map<string, string>() }

const HANDLING: ReadonlyMap<string, Parts> = new Map<string, Parts>([
  ...Object.entries(ASKED_WORDS).flatMap(([field, words]) => [
    [`with ${words}`, { [field]: true }] as const,
    [`without ${words}`, { [field]: false }] as const,
  ]),
  ['with the default service tier', { serviceTier: 'default' }],
  ['with another than the default service tier', { serviceTier: 'other' }],
])

function readDestination(clause: string, { places, entities }: Vocabulary): Parts | undefined {
  const fixed = FIXED.get(clause)
  if (fixed !== undefined) return fixed
  for (const [pattern, read] of PATTERNS) {
    const [, text] = pattern.exec(clause) ?? []
    if (text !== undefined) return read(text, { places, entities })
  }
  return undefined
}

const FIXED: ReadonlyMap<string, Parts> = new Map<string, Parts>([
  ['that the organisation owns', { zone: 'own' }],
  ['that the organisation does not own', { zone: 'third-party' }],
  ['that train on it', { trainsOnData: true }],
  ['that do not train on it', { trainsOnData: false }],
])

const AGREEMENTS: Words = new Map(swapped(AGREEMENT_WORDS))

const PATTERNS: readonly (readonly [
  RegExp,
  (text: string, words: Pick<Vocabulary, 'places' | 'entities'>) => Parts | undefined,
])[] = [
  [/^named (.+)$/, (text) => named('destination')(text, NO_WORDS)],
  [/^of class (.+)$/, (text) => named('class')(text, NO_WORDS)],
  [/^that may process it in (.+)$/, (text, { places }) => within('any', text, places)],
  [/^that may process it outside (.+)$/, (text, { places }) => within('outside', text, places)],
  [
    /^that keep it for more than (\d+) days$/,
    (text) => ({ retentionDays: { above: Number(text) } }),
  ],
  [
    /^that keep it for at most (\d+) days$/,
    (text) => ({ retentionDays: { atMost: Number(text) } }),
  ],
  [/^that have a (.+) in force$/, (text) => ({ agreements: { has: readList(text, AGREEMENTS) } })],
  [
    /^that have no (.+) in force$/,
    (text) => ({ agreements: { lacks: readList(text, AGREEMENTS) } }),
  ],
  [
    /^that (.+) runs$/,
    (text, { entities }) => ({ legalEntity: readList(text, entities) ?? [text] }),
  ],
]

const within = (how: 'any' | 'outside', text: string, places: Words): Parts => ({
  countries: { [how]: readList(text, places) },
})

const SEPARATOR = /^(?:, | or | and )/
const NAME = /^[^ ,]+/

/** The values of a list such as "a, b or c": phrases of a vocabulary, the longest first, or names without spaces. */
function readList(text: string, words: Words = new Map()): readonly string[] | undefined {
  const phrases = [...words.keys()].toSorted((a, b) => b.length - a.length)
  const values: string[] = []
  let rest = text
  while (rest !== '') {
    const phrase =
      phrases.find((one) => rest.startsWith(one) && isEnd(rest.slice(one.length))) ??
      (words.size === 0 || /^[A-Z]{2}\b/.test(rest) ? NAME.exec(rest)?.[0] : undefined)
    if (phrase === undefined) return undefined
    values.push(words.get(phrase) ?? phrase)
    rest = rest.slice(phrase.length)
    if (rest === '') break
    const separator = SEPARATOR.exec(rest)?.[0]
    if (separator === undefined) return undefined
    rest = rest.slice(separator.length)
  }
  return values
}

const isEnd = (rest: string): boolean => rest === '' || SEPARATOR.test(rest)
