import * as z from 'zod'
import { LEVELS, SCANS } from '../domain/label.ts'
import { OPERATIONS, QUALITIES } from '../domain/request.ts'
import { LabelCategory, Replaceable } from '../domain/seen.ts'

export const TrafficLabel = z.strictObject({
  level: z.enum(LEVELS),
  categories: z.array(LabelCategory),
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
  /** What the label is made of: says exactly what remains, whichever kinds a policy wants replaced. */
  replaceable: Replaceable.optional(),
  /** For records from elsewhere: what remained after redaction. Without either, a redacted form is judged by the whole label. */
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

type Sum = {
  readonly destination: string
  count: number
  input: number
  output: number
  pico: bigint
  picoSafe: number
}

const HEAD = '{"attributes":'
/** What stands between the values of a line whose keys are in the order of canonical JSON, as records are written. */
const BEFORE_COST = ',"costPicoUsd":"'
const BEFORE_COUNT = '","count":'
const BEFORE_DESTINATION = ',"destination":'
const BEFORE_INPUT = ',"tokens":{"input":'
const BEFORE_OUTPUT = ',"output":'
const END = '}}'
/** So many digits are exact in a number, and so are a thousand of them added up. */
const DIGITS_MAX = 15

type Tail = {
  readonly cost: number
  readonly count: number
  readonly destination: string
  readonly input: number
  readonly output: number
}

/** Reads the end of a canonical line by hand, which is what makes a million lines a matter of a second or two; else undefined. */
function readTail(line: string, begin: number): Tail | undefined {
  const cost = begin + BEFORE_COST.length
  const costEnd = digitsEnd(line, cost)
  const count = costEnd + BEFORE_COUNT.length
  const countEnd = digitsEnd(line, count)
  const destination = countEnd + BEFORE_DESTINATION.length
  const destinationEnd = line.indexOf(BEFORE_INPUT, destination)
  const input = destinationEnd + BEFORE_INPUT.length
  const inputEnd = digitsEnd(line, input)
  const output = inputEnd + BEFORE_OUTPUT.length
  const outputEnd = digitsEnd(line, output)
  const isCanonical =
    destinationEnd >= 0 &&
    line.startsWith(BEFORE_COUNT, costEnd) &&
    line.startsWith(BEFORE_DESTINATION, countEnd) &&
    line.startsWith(BEFORE_OUTPUT, inputEnd) &&
    line.startsWith(END, outputEnd) &&
    outputEnd + END.length === line.length &&
    isCount(costEnd - cost) &&
    isCount(countEnd - count) &&
    isCount(inputEnd - input) &&
    isCount(outputEnd - output)
  if (!isCanonical) return undefined
  const tail = {
    cost: numberIn(line, cost, costEnd),
    count: numberIn(line, count, countEnd),
    destination: line.slice(destination, destinationEnd),
    input: numberIn(line, input, inputEnd),
    output: numberIn(line, output, outputEnd),
  }
  return tail.count === 0 ? undefined : tail
}

const ZERO = 48
const isCount = (digits: number): boolean => digits > 0 && digits <= DIGITS_MAX

function digitsEnd(line: string, begin: number): number {
  let at = begin
  while (at < line.length && line.charCodeAt(at) >= ZERO && line.charCodeAt(at) <= ZERO + 9) at++
  return at
}

function numberIn(line: string, begin: number, end: number): number {
  let value = 0
  for (let at = begin; at < end; at++) value = value * 10 + line.charCodeAt(at) - ZERO
  return value
}

export function rollUp(): RollUp {
  const sums: Sums = new Map()
  let lines = 0
  const add = (line: string): void => {
    lines++
    const end = line.lastIndexOf(BEFORE_COST)
    const tail = end < 0 || !line.startsWith(HEAD) ? undefined : readTail(line, end)
    if (tail === undefined) {
      const { attributes, destination, count, tokens, costPicoUsd } = TrafficRecord.parse(
        JSON.parse(line),
      )
      const sum = sumFor(sums, JSON.stringify(attributes), JSON.stringify(destination))
      addTo(sum, count, tokens.input, tokens.output)
      sum.pico += BigInt(costPicoUsd)
      return
    }
    const sum = sumFor(sums, line.slice(HEAD.length, end), tail.destination)
    addTo(sum, tail.count, tail.input, tail.output)
    // Carried over before it reaches 2^53.
    sum.picoSafe += tail.cost
    if (sum.picoSafe > SAFE_SUM) {
      sum.pico += BigInt(sum.picoSafe)
      sum.picoSafe = 0
    }
  }
  return { add, lineCount: () => lines, groups: () => groupsOf(sums) }
}

/** By the text of the attributes: the few destinations that they went to, by their text. */
type Sums = Map<string, Sum[]>

function sumFor(sums: Sums, attributes: string, destination: string): Sum {
  const known = sums.get(attributes)
  const places = known ?? []
  if (known === undefined) sums.set(attributes, places)
  for (const sum of places) if (sum.destination === destination) return sum
  const sum = { destination, count: 0, input: 0, output: 0, pico: 0n, picoSafe: 0 }
  places.push(sum)
  return sum
}

function addTo(sum: Sum, count: number, input: number, output: number): void {
  sum.count += count
  sum.input += input
  sum.output += output
}

function groupsOf(sums: Sums): readonly TrafficGroup[] {
  return [...sums].flatMap(([text, places]) => {
    const attributes = AttributeVector.parse(JSON.parse(text))
    return places.map(({ destination, count, input, output, pico, picoSafe }) => ({
      attributes,
      destination: Destination.parse(JSON.parse(destination)),
      count,
      tokens: { input, output },
      costPicoUsd: pico + BigInt(picoSafe),
    }))
  })
}

const Destination = z.string().nullable()

/** One more cost of 15 digits still fits under 2^53. */
const SAFE_SUM = Number.MAX_SAFE_INTEGER - 1e15
