import type { ChatReply } from '../domain/chat.ts'
import type { Attempt } from '../domain/plan.ts'
import type { UpstreamFailure } from '../domain/refusal.ts'
import type { RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { ReplyMeta, Surface } from '../surfaces/surface.ts'
import { wires } from '../wire/index.ts'
import { readChatUsage } from '../wire/openai-chat.ts'
import { replyEvents } from '../wire/reply-events.ts'
import type { Destination } from '../destinations/destination.ts'
import { passingRelay, translatingRelay, type Relay, type Seen } from './relay.ts'

/** A whole reply as the client gets it, and what the settlement needs of it. */
export type Whole = { readonly body: string; readonly seen: Seen }

/** A reply whose first token has arrived; the rest follows. */
export type Opened = {
  readonly relay: Relay
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  /** What is to be sent before anything else. */
  readonly head: readonly Uint8Array[]
  readonly ended: boolean
}

export type ReceiveInput = {
  readonly surface: Surface
  readonly facts: RequestFacts
  readonly attempt: Attempt
  readonly destination: Destination
  readonly sameWire: boolean
  readonly meta: ReplyMeta
}

type Failure = Exclude<UpstreamFailure, 'error-reply'>

/** Reads a reply that is not a stream. */
export async function receiveWhole(
  response: Response,
  input: ReceiveInput,
  signal: AbortSignal,
): Promise<Result<Whole, Failure>> {
  let text: string
  try {
    text = await response.text()
  } catch {
    return err(signal.aborted ? 'timeout' : 'cut-off')
  }
  if (input.facts.stream) return streamWhole(text, input)
  return input.sameWire ? passWhole(text) : translateWhole(text, input)
}

/** The client asked for a stream and the upstream answered whole, as some models of Workers AI do. */
function streamWhole(text: string, input: ReceiveInput): Result<Whole, Failure> {
  const parsed = wires[input.destination.wire].parseReply(text)
  if (!parsed.ok) return err('malformed-reply')
  let renderer = input.surface.openStream(input.meta)
  let body = ''
  for (const event of replyEvents(parsed.value)) {
    const [next, rendered] = renderer.push(event)
    renderer = next
    body += rendered
  }
  return ok({ body: body + renderer.end(), seen: seenOf(parsed.value) })
}

function passWhole(text: string): Result<Whole, Failure> {
  const reply = parseObject(text)
  const choices = reply?.['choices']
  if (reply === undefined || !Array.isArray(choices)) return err('malformed-reply')
  const first: unknown = choices[0]
  const seen: Seen = {
    usage: readChatUsage(reply['usage']),
    finish: isObject(first) ? textOf(first['finish_reason']) : undefined,
    complete: true,
    firstToken: true,
    error: false,
    serviceTier: textOf(reply['service_tier']),
    model: textOf(reply['model']),
  }
  return ok({ body: text, seen })
}

function translateWhole(text: string, input: ReceiveInput): Result<Whole, Failure> {
  const parsed = wires[input.destination.wire].parseReply(text)
  if (!parsed.ok) return err('malformed-reply')
  const reply = parsed.value
  return ok({ body: input.surface.renderReply(reply, input.meta), seen: seenOf(reply) })
}

const seenOf = (reply: ChatReply): Seen => ({
  usage: reply.usage,
  finish: reply.choices[0]?.rawFinish,
  complete: true,
  firstToken: true,
  error: false,
  serviceTier: undefined,
  model: reply.model,
})

/**
 * Opens a stream and reads until something of the answer is there: until then nothing has been sent to the client, and
 * another destination can still take over.
 */
export async function openStream(
  response: Response,
  input: ReceiveInput,
  signal: AbortSignal,
): Promise<Result<Opened, Failure>> {
  const { body } = response
  if (body === null) return err('malformed-reply')
  const relay = input.sameWire
    ? passingRelay(!input.facts.wantsUsageChunk)
    : translatingRelay(
        wires[input.destination.wire].openStream(),
        input.surface.openStream(input.meta),
      )
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  const head: Uint8Array[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      const out = done ? relay.end() : relay.push(value)
      if (out !== undefined) head.push(out)
      const { firstToken, complete, error } = relay.seen()
      if (error && !firstToken) {
        await reader.cancel()
        return err('malformed-reply')
      }
      if (done && !complete && !firstToken) return err('cut-off')
      if (done || firstToken || complete) return ok({ relay, reader, head, ended: done })
    }
  } catch {
    return err(signal.aborted ? 'timeout' : 'cut-off')
  }
}

type Foreign = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Foreign =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

function parseObject(text: string): Foreign | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined // not JSON: the caller treats it as malformed
  }
}
