import { evaluate, type Rules, type Verdict } from './evaluate.ts'
import { remainingLabel } from './redaction.ts'
import type { AttributeVector, TrafficGroup } from './traffic.ts'

/** What a policy makes of an attribute vector, as far as policy goes: budgets, prices and models are not asked. */
export type Outcome = {
  /** Destinations that may serve it, of any rank. */
  readonly permitted: readonly string[]
  /** Those of the best rank that has any. */
  readonly first: readonly string[]
  /** Guardrails and obligations that removed a destination. */
  readonly removing: readonly string[]
  readonly simulated: readonly string[]
}

/** What rules say of both forms of a request; `redacted` is undefined unless an obligation demands redaction. */
export function judge(
  rules: Rules,
  vector: AttributeVector,
): { readonly raw: Verdict; readonly redacted: Verdict | undefined } {
  const raw = evaluate(rules, vector)
  const { redact } = raw.obligations
  if (redact.length === 0) return { raw, redacted: undefined }
  const { label, replaceable, redactedLabel = label } = vector
  const rest =
    replaceable === undefined ? redactedLabel : remainingLabel(replaceable, redact, label.scan)
  return { raw, redacted: evaluate(rules, { ...vector, label: rest }) }
}

/** A destination, as the rules judge it for one vector. */
export type Place = {
  readonly id: string
  /** In the route; -1 for one that it does not use. */
  readonly rank: number
  readonly route: string | undefined
  /** Guardrails and obligations, the weightiest first. */
  readonly forbiddenBy: readonly string[]
}

/** Judges every destination as the router does: zone `own` gets what came, third parties get it redacted where that is demanded. */
export function placesOf(
  rules: Rules,
  vector: AttributeVector,
): { readonly places: readonly Place[]; readonly raw: Verdict } {
  const { raw, redacted } = judge(rules, vector)
  const places = rules.destinations.map((id, at) => {
    const { removedBy, route } = rules.facts[at]?.zone === 'own' ? raw : (redacted ?? raw)
    return {
      id,
      rank: route?.ranks[at] ?? -1,
      route: route?.id,
      forbiddenBy: removedBy[at] ?? NOTHING,
    }
  })
  return { places, raw }
}

const NOTHING: readonly string[] = []

/** What rules make of a vector, in short. */
export function outcomeOf(rules: Rules, vector: AttributeVector): Outcome {
  const { places, raw } = placesOf(rules, vector)
  const permitted: string[] = []
  const removing = new Set<string>()
  let first: string[] = []
  let best = Number.POSITIVE_INFINITY
  for (const { id, rank, forbiddenBy } of places) {
    if (rank < 0) continue
    if (forbiddenBy.length > 0) {
      for (const rule of forbiddenBy) removing.add(rule)
      continue
    }
    permitted.push(id)
    if (rank < best) first = []
    if (rank <= best) first.push(id)
    best = Math.min(best, rank)
  }
  return { permitted, first, removing: [...removing], simulated: raw.simulated }
}

/** What is expected to be paid for some traffic at a destination, in pico-dollars; undefined if nobody knows. */
export type Estimate = (destination: string, group: TrafficGroup) => bigint | undefined

export type Tally = { readonly count: number; readonly costPicoUsd: bigint }

export type Backtest = {
  readonly requests: number
  readonly vectors: number
  readonly newlyRefused: Tally & Examples
  readonly newlyAllowed: Tally & Examples
  readonly rerouted: Tally & Examples
  /** What the traffic would have cost more, by estimate; negative if less. */
  readonly costDeltaPicoUsd: bigint
  /** Requests that go where nobody knows the price: the estimate leaves them out. */
  readonly unpriced: number
  /** Requests from which a rule removes a destination that the route lists, by rule: the base, and the candidate. */
  readonly hits: ReadonlyMap<string, { readonly before: number; readonly after: number }>
  readonly simulated: ReadonlyMap<string, number>
  /** Requests whose outcome differs, by app, the most first. */
  readonly apps: readonly (readonly [app: string, count: number])[]
}

/** A few vectors of a kind, those with most requests first. */
type Examples = { readonly examples: readonly TrafficGroup[] }

const EXAMPLES_MAX = 5

/**
 * Decides rolled-up traffic under another policy. Compared with `base`, or without one with what the records say happened. It replays policy,
 * not the classifier: labels are those of the time.
 */
export function replay(
  groups: readonly TrafficGroup[],
  base: Rules | undefined,
  candidate: Rules,
  estimate: Estimate,
): Backtest {
  const hits = new Map<string, { before: number; after: number }>()
  const simulated = new Map<string, number>()
  const apps = new Map<string, number>()
  const kinds = { newlyRefused: bucket(), newlyAllowed: bucket(), rerouted: bucket() }
  let costDeltaPicoUsd = 0n
  let unpriced = 0
  const bases = new Map<AttributeVector, Outcome>()
  const candidates = new Map<AttributeVector, Outcome>()
  for (const group of groups) {
    const { attributes, count, costPicoUsd, destination } = group
    const before = base === undefined ? recorded(destination) : once(bases, base, attributes)
    const after = once(candidates, candidate, attributes)
    for (const rule of before.removing) hit(hits, rule).before += count
    for (const rule of after.removing) hit(hits, rule).after += count
    for (const rule of after.simulated) simulated.set(rule, (simulated.get(rule) ?? 0) + count)
    const kind = kindOf(before, after, destination)
    if (kind === undefined) continue
    kinds[kind].add(group)
    apps.set(attributes.app, (apps.get(attributes.app) ?? 0) + count)
    const cost = kind === 'newlyRefused' ? 0n : cheapest(after.first, group, estimate)
    if (cost === undefined) unpriced += count
    else costDeltaPicoUsd += cost - costPicoUsd
  }
  return {
    requests: groups.reduce((sum, { count }) => sum + count, 0),
    vectors: new Set(groups.map(({ attributes }) => attributes)).size,
    newlyRefused: kinds.newlyRefused.tally(),
    newlyAllowed: kinds.newlyAllowed.tally(),
    rerouted: kinds.rerouted.tally(),
    costDeltaPicoUsd,
    unpriced,
    hits,
    simulated,
    apps: [...apps].toSorted(([, a], [, b]) => b - a),
  }
}

/** Groups of one vector, which differ by where they went, share it: it is decided once. */
function once(
  known: Map<AttributeVector, Outcome>,
  rules: Rules,
  attributes: AttributeVector,
): Outcome {
  const before = known.get(attributes)
  if (before !== undefined) return before
  const outcome = outcomeOf(rules, attributes)
  known.set(attributes, outcome)
  return outcome
}

const recorded = (destination: string | null): Outcome => {
  const places = destination === null ? [] : [destination]
  return { permitted: places, first: places, removing: [], simulated: [] }
}

function kindOf(
  before: Outcome,
  after: Outcome,
  destination: string | null,
): 'newlyRefused' | 'newlyAllowed' | 'rerouted' | undefined {
  const wasServed = before.permitted.length > 0
  const isServed = after.permitted.length > 0
  if (wasServed !== isServed) return wasServed ? 'newlyRefused' : 'newlyAllowed'
  if (!isServed || before.first.join() === after.first.join()) return undefined
  // What went to one of the first choices may stay there, whatever others there are.
  return destination !== null && after.first.includes(destination) ? undefined : 'rerouted'
}

function cheapest(
  destinations: readonly string[],
  group: TrafficGroup,
  estimate: Estimate,
): bigint | undefined {
  const costs = destinations.map((one) => estimate(one, group)).filter((cost) => cost !== undefined)
  return costs.reduce<bigint | undefined>(
    (least, cost) => (least === undefined || cost < least ? cost : least),
    undefined,
  )
}

function hit(
  hits: Map<string, { before: number; after: number }>,
  rule: string,
): { before: number; after: number } {
  const known = hits.get(rule) ?? { before: 0, after: 0 }
  hits.set(rule, known)
  return known
}

function bucket() {
  const groups: TrafficGroup[] = []
  return {
    add: (group: TrafficGroup) => groups.push(group),
    tally: () => ({
      count: groups.reduce((sum, { count }) => sum + count, 0),
      costPicoUsd: groups.reduce((sum, { costPicoUsd }) => sum + costPicoUsd, 0n),
      examples: groups.toSorted((a, b) => b.count - a.count).slice(0, EXAMPLES_MAX),
    }),
  }
}
