import * as z from 'zod'
import { QUALITIES } from '../domain/request.ts'
import { compileRules } from '../policy/evaluate.ts'
import { replay, type Backtest, type Estimate, type Tally } from '../policy/replay.ts'
import type { Bundle } from '../policy/schema.ts'
import { AttributeVector, type TrafficGroup } from '../policy/traffic.ts'
import { openBook, priceAt } from '../pricing/book.ts'

const APPS_MAX = 20

const Pico = z.string().regex(/^-?\d+$/)
const Counted = z.strictObject({ count: z.int(), costPicoUsd: Pico })

/** A request that is decided otherwise, and how many there were like it. */
const Witnessed = z.strictObject({
  severity: z.enum(['warning', 'note']),
  rule: z.null(),
  problem: z.string(),
  witness: z.strictObject({ attributes: AttributeVector, destination: z.string().nullable() }),
})

/** What a backtest says, in JSON; `holds` if nobody is newly refused. Of hits: by rule, under the base and the candidate. */
export const BacktestFigures = z.strictObject({
  holds: z.boolean(),
  findings: z.array(Witnessed),
  requests: z.int(),
  vectors: z.int(),
  newlyRefused: Counted,
  newlyAllowed: Counted,
  rerouted: Counted,
  costDeltaPicoUsd: Pico,
  unpriced: z.int(),
  hits: z.record(z.string(), z.strictObject({ before: z.int(), after: z.int() })),
  simulated: z.record(z.string(), z.int()),
  apps: z.record(z.string(), z.int()),
})
export type BacktestFigures = z.infer<typeof BacktestFigures>

/**
 * Replays traffic under a candidate, and a base to compare with (without one: with what the records say happened). Facts,
 * waivers and prices are those of `atMs`, so that both are compared as they would decide now.
 */
export const backtestOf = (
  traffic: readonly TrafficGroup[],
  base: Bundle | undefined,
  candidate: Bundle,
  atMs: number,
): Backtest =>
  replay(
    traffic,
    base === undefined ? undefined : compileRules(base, atMs),
    compileRules(candidate, atMs),
    estimateFrom(candidate, atMs),
  )

/** What the cheapest model of a destination that is good enough costs by the price book, with the tokens that there were. */
function estimateFrom(bundle: Bundle, atMs: number): Estimate {
  const book = openBook(bundle.prices)
  const offers = new Map<string, readonly Offer[]>()
  const offersAt = (destination: string): readonly Offer[] => {
    const known = offers.get(destination)
    if (known !== undefined) return known
    const priced = bundle.models.flatMap(({ id, quality, operation = 'chat' }) => {
      const price = priceAt(book, destination, id, atMs)
      if (price === undefined) return []
      const { input, output } = price.meters
      return [
        {
          quality: QUALITIES.indexOf(quality),
          isForEmbeddings: operation === 'embeddings',
          input: BigInt(input),
          output: BigInt(output),
        },
      ]
    })
    offers.set(destination, priced)
    return priced
  }
  return (destination, { attributes, tokens }) => {
    const quality = QUALITIES.indexOf(attributes.quality)
    const isForEmbeddings = attributes.operation === 'embeddings'
    const [input, output] = [BigInt(tokens.input), BigInt(tokens.output)]
    return offersAt(destination)
      .filter((offer) => offer.quality >= quality && offer.isForEmbeddings === isForEmbeddings)
      .map((offer) => input * offer.input + output * offer.output)
      .reduce<bigint | undefined>(
        (least, cost) => (least === undefined || cost < least ? cost : least),
        undefined,
      )
  }
}

type Offer = {
  readonly quality: number
  readonly isForEmbeddings: boolean
  readonly input: bigint
  readonly output: bigint
}

const counted = ({ count, costPicoUsd }: Tally): z.infer<typeof Counted> => ({
  count,
  costPicoUsd: String(costPicoUsd),
})

export function figuresOf(result: Backtest): BacktestFigures {
  const { newlyRefused, newlyAllowed, rerouted, hits, simulated, apps } = result
  return {
    holds: newlyRefused.count === 0,
    findings: [
      ...examplesOf('warning', 'newly refused', newlyRefused.examples),
      ...examplesOf('warning', 'newly allowed', newlyAllowed.examples),
      ...examplesOf('note', 're-routed', rerouted.examples),
    ],
    requests: result.requests,
    vectors: result.vectors,
    newlyRefused: counted(newlyRefused),
    newlyAllowed: counted(newlyAllowed),
    rerouted: counted(rerouted),
    costDeltaPicoUsd: String(result.costDeltaPicoUsd),
    unpriced: result.unpriced,
    hits: Object.fromEntries(hits),
    simulated: Object.fromEntries(simulated),
    apps: Object.fromEntries(apps.slice(0, APPS_MAX)),
  }
}

const examplesOf = (
  severity: 'warning' | 'note',
  what: string,
  groups: readonly TrafficGroup[],
): BacktestFigures['findings'] =>
  groups.map(({ attributes, count, destination }) => ({
    severity,
    rule: null,
    problem: `${what}: ${count} requests like this`,
    witness: { attributes, destination },
  }))
