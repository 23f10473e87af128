import { classify } from '../../src/classifier/classify.ts'
import type { Absent, Baseline } from './baselines/baseline.ts'
import type { Share } from './score.ts'
import type { EvalSet, Row } from './sets.ts'
import { envelopeOfText } from './speed.ts'

/** What one tool found, by documents. */
export type Comparison = {
  readonly name: string
  /** Recall and precision by kind, on a set that marks these kinds throughout. */
  readonly kinds: Readonly<Record<string, { readonly recall: Share; readonly precision: Share }>>
  /** Cases of national recognisers: those in which something is to be found, and those in which nothing is. */
  readonly ids: { readonly positive: Share; readonly negative: Share }
  /** Strings that hold a credential by somebody's rule. */
  readonly secrets: Share
  /** Texts of nobody in which something with a form of its own was found, by set. */
  readonly alarms: Readonly<Record<string, Share>>
  /** 10 KB of `a.a.a.…`. */
  readonly adversarialMs: number
}

const MARKED_SET = 'presidio-generated-large'
const MARKED = ['card', 'iban', 'us_ssn', 'email', 'phone', 'person', 'address']
const GOVERNMENT: ReadonlySet<string> = new Set(
  'national_id us_ssn passport driver_license bank_account iban card'.split(' '),
)
const STRUCTURED: ReadonlySet<string> = new Set(
  'email phone card iban us_ssn driver_license'.split(' '),
)
const ADVERSARY = 'a.'.repeat(5_000)

/** The classifier itself, asked as the others are. */
const own: Baseline = {
  name: 'Demarc',
  kindsIn: (text) => {
    const { findings } = classify(envelopeOfText(text))
    const certain = findings.filter(({ confidence }) => confidence >= 0.5)
    return Promise.resolve(new Set<string>(certain.map(({ kind }) => kind)))
  },
}
/** The same for bare numbers, which are at most possible. */
const ownAtAny: Baseline = {
  name: own.name,
  kindsIn: (text) =>
    Promise.resolve(
      new Set<string>(classify(envelopeOfText(text)).findings.map(({ kind }) => kind)),
    ),
}

const isAbsent = (one: Baseline | Absent): one is Absent => 'reason' in one

/** All tools over the same texts. */
export async function compare(
  sets: readonly EvalSet[],
  others: readonly (Baseline | Absent)[],
): Promise<readonly (Comparison | Absent)[]> {
  const compared: (Comparison | Absent)[] = [await measure(own, ownAtAny, sets)]
  for (const one of others) compared.push(isAbsent(one) ? one : await measure(one, one, sets))
  return compared
}

async function measure(
  tool: Baseline,
  atAny: Baseline,
  sets: readonly EvalSet[],
): Promise<Comparison> {
  const rowsOf = (name: string): readonly Row[] => sets.find((set) => set.name === name)?.rows ?? []
  const kinds = Object.fromEntries(
    [...MARKED, 'any'].map((kind) => [kind, { recall: share(), precision: share() }]),
  )
  for (const { text, spans } of rowsOf(MARKED_SET)) {
    const found = await tool.kindsIn(text)
    for (const [kind, { recall, precision }] of Object.entries(kinds)) {
      const isAny = kind === 'any'
      const isMarked = isAny ? spans.length > 0 : spans.some((span) => span.kind === kind)
      const isFound = isAny ? found.size > 0 : found.has(kind)
      if (isMarked) count(recall, isFound)
      if (isFound) count(precision, isMarked)
    }
  }
  const ids = { positive: share(), negative: share() }
  for (const { text, target, expect } of rowsOf('recognizers')) {
    if (target === undefined || !GOVERNMENT.has(target)) continue
    count(expect === 0 ? ids.negative : ids.positive, meets(await atAny.kindsIn(text), GOVERNMENT))
  }
  const secrets = share()
  for (const { text, doc } of rowsOf('secrets-pos')) {
    if (doc.includes('secret')) count(secrets, (await tool.kindsIn(text)).has('secret'))
  }
  const alarms: Record<string, Share> = {}
  for (const { name, group, rows } of sets) {
    if (group !== 'negatives') continue
    const alarm = (alarms[name] ??= share())
    for (const { text, spans } of rows) {
      if (spans.some(({ kind }) => STRUCTURED.has(kind))) continue
      count(alarm, meets(await tool.kindsIn(text), STRUCTURED))
    }
  }
  const start = performance.now()
  await tool.kindsIn(ADVERSARY)
  return { name: tool.name, kinds, ids, secrets, alarms, adversarialMs: performance.now() - start }
}

const share = (): Share => ({ hits: 0, of: 0 })

function count(counted: Share, isHit: boolean): void {
  counted.of++
  if (isHit) counted.hits++
}

const meets = (found: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean =>
  [...found].some((kind) => wanted.has(kind))
