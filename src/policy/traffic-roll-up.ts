import { canonicalJson } from '../encoding/canonical-json.ts'
import { AttributeVector, TrafficRecord, type TrafficGroup } from './traffic.ts'

/** Adds up lines of traffic by what they are about, so that each vector is decided once. */
export type RollUp = {
  /** @throws SyntaxError or ZodError if the line is no traffic record. */
  readonly add: (line: string) => void
  /** The same of a line in UTF-8, from `begin` to before `end`, without its line feed. */
  readonly addBytes: (bytes: Uint8Array, begin: number, end: number) => void
  readonly groups: () => readonly TrafficGroup[]
  readonly lineCount: () => number
}

type Sum = {
  /** JSON: a string or null. */
  readonly destination: Uint8Array
  count: number
  input: number
  output: number
  pico: bigint
  picoSafe: number
}

/** A vector with the few destinations that it went to. `next` is another vector of the same hash. */
type Vector = {
  readonly text: Uint8Array
  readonly words: DataView
  readonly places: Sum[]
  readonly next: Vector | undefined
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function rollUp(): RollUp {
  const vectors = new Map<number, Vector>()
  const tail: Tail = { attributesEnd: 0, cost: 0, count: 0, from: 0, to: 0, input: 0, output: 0 }
  let lines = 0
  const addBytes = (bytes: Uint8Array, begin: number, end: number): void => {
    lines++
    if (readTail(bytes, begin, end, tail)) {
      const { places } = vectorAt(vectors, bytes, begin + HEAD.length, tail.attributesEnd)
      addTail(placeIn(places, bytes, tail.from, tail.to), tail)
      return
    }
    const line = decoder.decode(bytes.subarray(begin, end))
    const record = TrafficRecord.parse(JSON.parse(line))
    const text = encoder.encode(canonicalJson(record.attributes))
    const destination = encoder.encode(JSON.stringify(record.destination))
    const { places } = vectorAt(vectors, text, 0, text.length)
    const sum = placeIn(places, destination, 0, destination.length)
    sum.count += record.count
    sum.input += record.tokens.input
    sum.output += record.tokens.output
    sum.pico += BigInt(record.costPicoUsd)
  }
  const add = (line: string): void => {
    const bytes = encoder.encode(line)
    addBytes(bytes, 0, bytes.length)
  }
  return { add, addBytes, lineCount: () => lines, groups: () => groupsOf(vectors) }
}

/** One more cost of 15 digits still fits under 2^53. */
const SAFE_SUM = Number.MAX_SAFE_INTEGER - 1e15

function addTail(sum: Sum, { cost, count, input, output }: Tail): void {
  sum.count += count
  sum.input += input
  sum.output += output
  // Carried over before it reaches 2^53.
  sum.picoSafe += cost
  if (sum.picoSafe > SAFE_SUM) {
    sum.pico += BigInt(sum.picoSafe)
    sum.picoSafe = 0
  }
}

/** What stands after the attributes of a line: numbers, and where the destination's JSON begins and ends. */
type Tail = {
  attributesEnd: number
  cost: number
  count: number
  from: number
  to: number
  input: number
  output: number
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
  if (!endsWith(bytes, end, END) || !holds(bytes, begin, HEAD)) return false
  let at = digitsBefore(bytes, end - END.length)
  tail.output = number
  if (!endsWith(bytes, at, BEFORE_OUTPUT)) return false
  at = digitsBefore(bytes, at - BEFORE_OUTPUT.length)
  tail.input = number
  if (!endsWith(bytes, at, BEFORE_INPUT)) return false
  at -= BEFORE_INPUT.length
  tail.to = at
  while (at > begin && !(bytes[at - 1] === COLON && endsWith(bytes, at, BEFORE_DESTINATION))) at--
  tail.from = at
  at = digitsBefore(bytes, at - BEFORE_DESTINATION.length)
  tail.count = number
  if (number === 0 || !endsWith(bytes, at, BEFORE_COUNT)) return false
  at = digitsBefore(bytes, at - BEFORE_COUNT.length)
  tail.cost = number
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

/** The number that `digitsBefore` read last. */
let number = 0

/** Reads the number that ends before `end`; answers where it begins, or -1 if there is none that is exact. */
function digitsBefore(bytes: Uint8Array, end: number): number {
  let at = end
  let unit = 1
  number = 0
  for (;;) {
    const digit = (bytes[at - 1] ?? 0) - ZERO
    if (digit < 0 || digit > 9) break
    number += digit * unit
    unit *= 10
    at--
  }
  return at === end || end - at > DIGITS_MAX ? -1 : at
}

function vectorAt(
  vectors: Map<number, Vector>,
  bytes: Uint8Array,
  begin: number,
  end: number,
): Vector {
  const words = wordsOf(bytes)
  const hash = hashOf(words, begin, end)
  const first = vectors.get(hash)
  for (let known = first; known !== undefined; known = known.next)
    if (isSameText(known.words, words, begin, end)) return known
  const text = copyOf(bytes, begin, end)
  const vector = { words: new DataView(text.buffer), text, places: [], next: first }
  vectors.set(hash, vector)
  return vector
}

let lastBytes: Uint8Array | undefined
let lastWords: DataView = new DataView(new ArrayBuffer(0))

/** Four bytes at a time; lines come many from one chunk. */
function wordsOf(bytes: Uint8Array): DataView {
  if (bytes !== lastBytes) {
    lastBytes = bytes
    lastWords = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  return lastWords
}

function isSameText(text: DataView, words: DataView, begin: number, end: number): boolean {
  const length = end - begin
  if (text.byteLength !== length) return false
  let at = 0
  for (; at + 4 <= length; at += 4)
    if (text.getInt32(at, true) !== words.getInt32(begin + at, true)) return false
  for (; at < length; at++) if (text.getUint8(at) !== words.getUint8(begin + at)) return false
  return true
}

function placeIn(places: Sum[], bytes: Uint8Array, begin: number, end: number): Sum {
  for (const sum of places) if (isSame(sum.destination, bytes, begin, end)) return sum
  const destination = copyOf(bytes, begin, end)
  const sum = { destination, count: 0, input: 0, output: 0, pico: 0n, picoSafe: 0 }
  places.push(sum)
  return sum
}

/** `slice` of a Node Buffer would be a view of bytes that are read over. */
const copyOf = (bytes: Uint8Array, begin: number, end: number): Uint8Array =>
  new Uint8Array(bytes.subarray(begin, end))

const isSame = (text: Uint8Array, bytes: Uint8Array, begin: number, end: number): boolean =>
  text.length === end - begin && holds(bytes, begin, text)

/** As FNV-1a (Fowler, Noll, Vo), of four bytes at a time: it only finds the vector, which is then compared. */
function hashOf(words: DataView, begin: number, end: number): number {
  let hash = 0x811c9dc5
  let at = begin
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ words.getInt32(at, true), 0x01000193)
    hash ^= hash >>> 15
  }
  for (; at < end; at++) hash = Math.imul(hash ^ words.getUint8(at), 0x01000193)
  return hash
}

function groupsOf(vectors: ReadonlyMap<number, Vector>): readonly TrafficGroup[] {
  const groups: TrafficGroup[] = []
  for (const first of vectors.values())
    for (let one: Vector | undefined = first; one !== undefined; one = one.next) {
      const attributes = AttributeVector.parse(JSON.parse(decoder.decode(one.text)))
      for (const { destination, count, input, output, pico, picoSafe } of one.places)
        groups.push({
          attributes,
          destination: Destination.parse(JSON.parse(decoder.decode(destination))),
          count,
          tokens: { input, output },
          costPicoUsd: pico + BigInt(picoSafe),
        })
    }
  return groups
}

const Destination = TrafficRecord.shape.destination
