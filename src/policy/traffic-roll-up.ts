import { canonicalJson } from '../encoding/canonical-json.ts'
import { COST, COUNT, INPUT, OUTPUT, Sums } from './traffic-sums.ts'
import { AttributeVector, TrafficRecord, type TrafficGroup } from './traffic.ts'
import { TextTable } from './traffic-texts.ts'

/** Adds up lines of traffic by what they are about, so that each vector is decided once. */
export type RollUp = {
  /** @throws SyntaxError or ZodError if the line is no traffic record. */
  readonly add: (line: string) => void
  /** The same of a line in UTF-8, from `begin` to before `end`, without its line feed. */
  readonly addBytes: (bytes: Uint8Array, begin: number, end: number) => void
  readonly groups: () => readonly TrafficGroup[]
  readonly lineCount: () => number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function rollUp(): RollUp {
  const vectors = new TextTable()
  const destinations = new TextTable()
  const sums = new Sums()
  const tail: Tail = { attributesEnd: 0, from: 0, to: 0, figures: new Float64Array(4) }
  let lines = 0
  const addBytes = (bytes: Uint8Array, begin: number, end: number): void => {
    lines++
    if (readTail(bytes, begin, end, tail)) {
      const vector = vectors.at(bytes, begin + HEAD.length, tail.attributesEnd)
      sums.add(vector, destinations.at(bytes, tail.from, tail.to), tail.figures)
      return
    }
    const line = decoder.decode(bytes.subarray(begin, end))
    const record = TrafficRecord.parse(JSON.parse(line))
    const { attributes, destination, costPicoUsd, count, tokens } = record
    const group = sums.at(
      vectors.atText(canonicalJson(attributes)),
      destinations.atText(JSON.stringify(destination)),
    )
    sums.addExact(group, [0, count, tokens.input, tokens.output], BigInt(costPicoUsd))
  }
  const add = (line: string): void => {
    const bytes = encoder.encode(line)
    addBytes(bytes, 0, bytes.length)
  }
  const groups = (): readonly TrafficGroup[] => {
    const attributes = vectors.texts((text) => AttributeVector.parse(JSON.parse(text)))
    const places = destinations.texts((text) => Destination.parse(JSON.parse(text)))
    return sums.groups(attributes, places)
  }
  return { add, addBytes, lineCount: () => lines, groups }
}

const Destination = TrafficRecord.shape.destination

/** What stands after the attributes of a line: where the destination's JSON begins and ends, and the numbers. */
type Tail = {
  attributesEnd: number
  from: number
  to: number
  /** An array of doubles, because a variable would be allocated anew for each number. */
  readonly figures: Float64Array
}

const HEAD = encoder.encode('{"attributes":')
/** What stands between the values of a line whose keys are in the order of canonical JSON, as records are written. */
const BEFORE_COST = encoder.encode(',"costPicoUsd":"')
const BEFORE_COUNT = encoder.encode('","count":')
const BEFORE_DESTINATION = encoder.encode(',"destination":')
const BEFORE_INPUT = encoder.encode(',"tokens":{"input":')
const BEFORE_OUTPUT = encoder.encode(',"output":')
const END = encoder.encode('}}')
const COLON = 58

/**
 * Reads a canonical line by hand, from its end, which is what makes a million lines a matter of a second; false if it is
 * not one.
 */
function readTail(bytes: Uint8Array, begin: number, end: number, tail: Tail): boolean {
  const { figures } = tail
  if (!endsWith(bytes, end, END) || !holds(bytes, begin, HEAD)) return false
  let at = digitsBefore(bytes, end - END.length, figures, OUTPUT)
  if (!endsWith(bytes, at, BEFORE_OUTPUT)) return false
  at = digitsBefore(bytes, at - BEFORE_OUTPUT.length, figures, INPUT)
  if (!endsWith(bytes, at, BEFORE_INPUT)) return false
  at -= BEFORE_INPUT.length
  tail.to = at
  while (at > begin && !(bytes[at - 1] === COLON && endsWith(bytes, at, BEFORE_DESTINATION))) at--
  tail.from = at
  at = digitsBefore(bytes, at - BEFORE_DESTINATION.length, figures, COUNT)
  if (figures[COUNT] === 0 || !endsWith(bytes, at, BEFORE_COUNT)) return false
  at = digitsBefore(bytes, at - BEFORE_COUNT.length, figures, COST)
  if (!endsWith(bytes, at, BEFORE_COST)) return false
  tail.attributesEnd = at - BEFORE_COST.length
  return tail.attributesEnd > begin + HEAD.length
}

function holds(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let offset = 0; offset < text.length; offset++)
    if (bytes[at + offset] !== text[offset]) return false
  return true
}

const endsWith = (bytes: Uint8Array, end: number, text: Uint8Array): boolean =>
  holds(bytes, end - text.length, text)

const ZERO = 48
/** So many digits are exact in a number, and so are a thousand of them added up. */
const DIGITS_MAX = 15

/** Reads the number that ends before `end`; answers where it begins, or -1 if there is none that is exact. */
function digitsBefore(
  bytes: Uint8Array,
  end: number,
  figures: Float64Array,
  figure: number,
): number {
  let at = end
  let unit = 1
  let number = 0
  for (;;) {
    const digit = (bytes[at - 1] ?? 0) - ZERO
    if (digit < 0 || digit > 9) break
    number += digit * unit
    unit *= 10
    at--
  }
  figures[figure] = number
  return at === end || end - at > DIGITS_MAX ? -1 : at
}
