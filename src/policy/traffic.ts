import * as z from 'zod'
import { CATEGORIES, LEVELS, SCANS } from '../domain/label.ts'
import { OPERATIONS, QUALITIES } from '../domain/request.ts'

const Category = z.union([z.enum(CATEGORIES), z.templateLiteral(['declared:', z.string()])])

const TrafficLabel = z.strictObject({
  level: z.enum(LEVELS),
  categories: z.array(Category),
  jurisdictions: z.array(z.string()),
  scan: z.enum(SCANS),
})

const Handling = z.strictObject({
  stored: z.boolean(),
  hostedTools: z.boolean(),
  longCache: z.boolean(),
  serviceTier: z.enum(['default', 'other']),
})

/** All that a policy saw of a request, without the request: as `RequestAttributes`, in JSON. */
export const AttributeVector = z.strictObject({
  label: TrafficLabel,
  /** What remained after redaction, if it was redacted. Without it a redacted form is judged by the whole label. */
  redactedLabel: TrafficLabel.optional(),
  team: z.string(),
  app: z.string(),
  purpose: z.string(),
  quality: z.enum(QUALITIES),
  operation: z.enum(OPERATIONS),
  handling: Handling,
})
export type AttributeVector = z.infer<typeof AttributeVector>

/** Requests with one attribute vector that went to one place: a line of traffic that a backtest replays. */
export const TrafficRecord = z.strictObject({
  attributes: AttributeVector,
  /** Settled, in pico-dollars, of all of them. */
  costPicoUsd: z.string().regex(/^\d+$/),
  count: z.int().positive(),
  /** Where they went; null if they were refused. */
  destination: z.string().nullable(),
  /** Of all of them. */
  tokens: z.strictObject({ input: z.int().nonnegative(), output: z.int().nonnegative() }),
})
export type TrafficRecord = z.infer<typeof TrafficRecord>

/** Records that are alike, added up. */
export type TrafficGroup = {
  readonly attributes: AttributeVector
  readonly destination: string | null
  readonly count: number
  readonly tokens: TrafficRecord['tokens']
  readonly costPicoUsd: bigint
}

/** Adds up lines of traffic by what they are about, so that each vector is decided once. */
export type RollUp = {
  /** @throws SyntaxError or ZodError if the line is no traffic record. */
  readonly add: (line: string) => void
  readonly groups: () => readonly TrafficGroup[]
  readonly lineCount: () => number
}

type Sum = { count: number; input: number; output: number; pico: bigint; picoSafe: number }

/**
 * Keys in the order of canonical JSON, as records are written: then lines are added up by their text, and each vector is parsed once. Other
 * lines are parsed one by one.
 */
const CANONICAL =
  /^(\{"attributes":\{.*\}),"costPicoUsd":"(\d{1,15})","count":(\d{1,9}),("destination":(?:"[^"\\]*"|null)),"tokens":\{"input":(\d{1,15}),"output":(\d{1,15})\}\}$/

export function rollUp(): RollUp {
  const sums = new Map<string, Sum>()
  let lines = 0
  const sumFor = (key: string): Sum => {
    const known = sums.get(key)
    if (known !== undefined) return known
    const sum = { count: 0, input: 0, output: 0, pico: 0n, picoSafe: 0 }
    sums.set(key, sum)
    return sum
  }
  const add = (line: string): void => {
    lines++
    const [, attributes, cost, count, destination, input, output] = CANONICAL.exec(line) ?? []
    if (attributes === undefined || destination === undefined) {
      const { costPicoUsd, ...rest } = TrafficRecord.parse(JSON.parse(line))
      const sum = sumFor(keyOf(rest))
      sum.count += rest.count
      sum.input += rest.tokens.input
      sum.output += rest.tokens.output
      sum.pico += BigInt(costPicoUsd)
      return
    }
    const sum = sumFor(`${attributes},${destination}}`)
    sum.count += Number(count)
    sum.input += Number(input)
    sum.output += Number(output)
    // Integers under 10^15 add up exactly in a number until 2^53; before that they are carried over.
    sum.picoSafe += Number(cost)
    if (sum.picoSafe > SAFE_SUM) {
      sum.pico += BigInt(sum.picoSafe)
      sum.picoSafe = 0
    }
  }
  return {
    add,
    lineCount: () => lines,
    groups: () =>
      [...sums].map(([key, { count, input, output, pico, picoSafe }]) => ({
        ...GroupKey.parse(JSON.parse(key)),
        count,
        tokens: { input, output },
        costPicoUsd: pico + BigInt(picoSafe),
      })),
  }
}

/** One more cost of 15 digits still fits under 2^53. */
const SAFE_SUM = Number.MAX_SAFE_INTEGER - 1e15

const GroupKey = z.strictObject({ attributes: AttributeVector, destination: z.string().nullable() })

const keyOf = ({ attributes, destination }: Pick<TrafficRecord, 'attributes' | 'destination'>) =>
  JSON.stringify({ attributes, destination })
