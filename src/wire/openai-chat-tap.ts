import type { Usage } from '../domain/usage.ts'
import { openSse, pushSse, SSE_FRAME_MAX } from '../encoding/sse.ts'
import { readChatUsage } from './openai-chat-usage.ts'
import { isObject, objectsOf, parseObject, textOf, type Foreign } from './read.ts'

/** What a passing stream has shown so far. `pushTap` answers the next one. */
export type Tap = {
  readonly stripUsageChunk: boolean
  /** The last usage that the upstream reported. */
  readonly usage: Usage | undefined
  /** The last `finish_reason` that was not null, as the upstream wrote it. */
  readonly finish: string | undefined
  /** `[DONE]` was seen. */
  readonly done: boolean
  /** Something of the answer itself (text, reasoning, a tool call) was seen. */
  readonly firstToken: boolean
  /** The upstream reported an error inside the stream. */
  readonly error: boolean
  readonly model: string | undefined
  readonly serviceTier: string | undefined
  /** At most so many bytes of the answer itself were seen: what frames hold beyond that which is the same in each. */
  readonly shownBytes: number
  /** Bytes of a frame without what it shows, as the first that showed something had them; 0 before. */
  readonly frameBytes: number
  /** Bytes of the frame that has not ended yet. */
  readonly held: readonly Uint8Array[]
  readonly heldBytes: number
  /** What the held bytes end with: nothing of a line, a CR at its start, or something else. */
  readonly lineState: LineState
  /** The frame is too large to hold: it goes out as it comes, unread. */
  readonly unread: boolean
}

const LINE = { empty: 0, carriageReturn: 1, text: 2 } as const
type LineState = (typeof LINE)[keyof typeof LINE]

export const openTap = (options: { readonly stripUsageChunk: boolean }): Tap => ({
  stripUsageChunk: options.stripUsageChunk,
  usage: undefined,
  finish: undefined,
  done: false,
  firstToken: false,
  error: false,
  model: undefined,
  serviceTier: undefined,
  shownBytes: 0,
  frameBytes: 0,
  held: [],
  heldBytes: 0,
  lineState: LINE.empty,
  unread: false,
})

/**
 * Reads a chunk of an OpenAI chat stream and answers the bytes to forward: the upstream's own, whole frames only,
 * without the usage-only chunk if nobody asked for it. A frame's JSON is parsed only where its bytes say that it
 * matters, so this costs about as much as looking for the line ends.
 */
export function pushTap(tap: Tap, chunk: Uint8Array): readonly [Tap, Uint8Array | undefined] {
  const out: Uint8Array[] = []
  let next = tap
  // `forwardFrom` to `frameStart` are frames to forward together; `frameStart` on is the frame being read.
  let forwardFrom = 0
  let frameStart = 0
  let lineState = tap.lineState
  let { shownBytes } = tap
  let at = 0
  while (at < chunk.length) {
    const lineEnd = chunk.indexOf(LF, at)
    if (lineEnd < 0) {
      lineState = lineStateAfter(lineState, chunk, at, chunk.length)
      break
    }
    const isBlank = lineStateAfter(lineState, chunk, at, lineEnd) !== LINE.text
    lineState = LINE.empty
    at = lineEnd + 1
    if (!isBlank) continue
    const frameBytes = next.heldBytes + at - frameStart
    if (next.held.length > 0) {
      const frame = concat([...next.held, chunk.subarray(0, at)])
      const { tap: seen, stripped } = inspect(next, frame, 0, frame.length)
      next = { ...seen, held: [], heldBytes: 0 }
      if (!stripped) out.push(frame)
      forwardFrom = at
    } else if (next.unread) next = { ...next, unread: false }
    else if (!next.firstToken || isTelling(chunk, frameStart, at)) {
      const { tap: seen, stripped } = inspect(next, chunk, frameStart, at)
      next = seen
      if (stripped) {
        if (frameStart > forwardFrom) out.push(chunk.subarray(forwardFrom, frameStart))
        forwardFrom = at
      }
    }
    if (next.firstToken) shownBytes += Math.max(1, frameBytes - next.frameBytes)
    frameStart = at
  }
  if (next.firstToken) next = { ...next, shownBytes }
  if (frameStart > forwardFrom) out.push(chunk.subarray(forwardFrom, frameStart))
  if (frameStart < chunk.length) next = hold(next, chunk.subarray(frameStart), lineState, out)
  else if (next.lineState !== lineState) next = { ...next, lineState }
  return [next, out.length > 1 ? concat(out) : out[0]]
}

/**
 * Reads what the upstream left without a blank line after it: forwarded, and ended properly, if it is a whole frame;
 * dropped if it was cut.
 */
export function endTap(tap: Tap): readonly [Tap, Uint8Array | undefined] {
  if (tap.held.length === 0) return [tap, undefined]
  const frame = concat([...tap.held, FRAME_END])
  const empty = { ...tap, held: [], heldBytes: 0, lineState: LINE.empty }
  const data = frameData(frame, 0, frame.length)
  if (data === undefined || (data !== '[DONE]' && parseObject(data) === undefined)) {
    return [empty, undefined]
  }
  const { tap: next, stripped } = inspect(empty, frame, 0, frame.length)
  return [next, stripped ? undefined : frame]
}

const LF = 0x0a
const CR = 0x0d
const QUOTE = 0x22
const COLON = 0x3a
const FRAME_END = Uint8Array.of(LF, LF)
const UTF8 = new TextDecoder()

function lineStateAfter(
  state: LineState,
  bytes: Uint8Array,
  start: number,
  end: number,
): LineState {
  if (start === end) return state
  const isLoneCr = end - start === 1 && bytes[start] === CR && state === LINE.empty
  return isLoneCr ? LINE.carriageReturn : LINE.text
}

function hold(tap: Tap, rest: Uint8Array, lineState: LineState, out: Uint8Array[]): Tap {
  const heldBytes = tap.heldBytes + rest.length
  if (tap.unread) {
    out.push(rest)
    return { ...tap, lineState }
  }
  if (heldBytes > SSE_FRAME_MAX) {
    out.push(...tap.held, rest)
    return { ...tap, held: [], heldBytes: 0, lineState, unread: true }
  }
  // A copy: the owner of the chunk may use its buffer again.
  return { ...tap, held: [...tap.held, rest.slice()], heldBytes, lineState }
}

/** What the frame `[start, end)` tells, and whether it is the usage chunk that nobody asked for. */
function inspect(
  tap: Tap,
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly tap: Tap; readonly stripped: boolean } {
  const data = frameData(bytes, start, end) ?? ''
  if (data === '[DONE]') return { tap: { ...tap, done: true }, stripped: false }
  const frame = parseObject(data)
  if (frame === undefined) return { tap, stripped: false }
  const usage = objectAt(frame, 'usage') ?? objectAt(frame, 'x_groq')?.['usage']
  const shown = shownIn(frame)
  const choices = frame['choices']
  return {
    tap: {
      ...tap,
      usage: readChatUsage(usage) ?? tap.usage,
      finish: shown.finish ?? tap.finish,
      firstToken: tap.firstToken || shown.token,
      frameBytes: tap.firstToken || !shown.token ? tap.frameBytes : end - start - shown.bytes,
      error: tap.error || isError(frame),
      model: textOf(frame['model']) ?? tap.model,
      serviceTier: textOf(frame['service_tier']) ?? tap.serviceTier,
    },
    stripped:
      tap.stripUsageChunk && usage !== undefined && Array.isArray(choices) && choices.length === 0,
  }
}

/**
 * Whether a frame is worth parsing: it holds `"usage":{`, `"finish_reason":"` or `"error"`, or ends in `]` as `[DONE]`
 * does. Inside a JSON string the quotes would be escaped, so text that talks of usage does not match.
 */
function isTelling(bytes: Uint8Array, start: number, end: number): boolean {
  let last = end - 1
  while (last > start && (bytes[last] ?? 0) <= 0x20) last--
  if (bytes[last] === 0x5d) return true
  for (let at = start; at < last; at++) {
    if (bytes[at] !== QUOTE) continue
    const code = bytes[at + 1]
    if (code === 0x75) {
      if (matches(bytes, at, USAGE) && bytes[valueAt(bytes, at + USAGE.length)] === 0x7b)
        return true
    } else if (code === 0x66) {
      if (matches(bytes, at, FINISH) && bytes[valueAt(bytes, at + FINISH.length)] === QUOTE)
        return true
    } else if (code === 0x65 && matches(bytes, at, ERROR)) return true
  }
  return false
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const USAGE = ascii('"usage"')
const FINISH = ascii('"finish_reason"')
const ERROR = ascii('"error"')

function matches(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  for (let i = 2; i < needle.length; i++) if (bytes[at + i] !== needle[i]) return false
  return true
}

/** Where a member's value begins, given where its key ends; -1 if no colon follows. */
function valueAt(bytes: Uint8Array, keyEnd: number): number {
  const colon = skipSpace(bytes, keyEnd)
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : -1
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] === 0x20) at++
  return at
}

function frameData(bytes: Uint8Array, start: number, end: number): string | undefined {
  return pushSse(openSse(), UTF8.decode(bytes.subarray(start, end)))[1][0]?.data.trim()
}

function objectAt(frame: Foreign, key: string): Foreign | undefined {
  const value = frame[key]
  return isObject(value) ? value : undefined
}

const isError = (frame: Foreign): boolean =>
  (frame['error'] !== undefined && frame['error'] !== null) ||
  frame['object'] === 'error' ||
  objectAt(frame, 'x_groq')?.['error'] !== undefined

/** Fields of a delta that say nothing of the answer. */
const SILENT = new Set(['role', 'index'])

function shownIn(frame: Foreign): {
  readonly finish: string | undefined
  readonly token: boolean
  readonly bytes: number
} {
  let finish: string | undefined
  let bytes = 0
  for (const choice of objectsOf(frame['choices'])) {
    finish = textOf(choice['finish_reason']) ?? finish
    for (const [key, value] of Object.entries(objectAt(choice, 'delta') ?? {})) {
      if (SILENT.has(key) || value === null || value === '' || !hasLength(value)) continue
      bytes += Buffer.byteLength(JSON.stringify(value))
    }
  }
  return { finish, token: bytes > 0, bytes }
}

const hasLength = (value: unknown): boolean => !Array.isArray(value) || value.length > 0

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
