import type { ChatReply } from '../domain/chat.ts'
import type { Attempt } from '../domain/plan.ts'
import type { UpstreamFailure } from '../domain/refusal.ts'
import type { RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { ReplyMeta, Surface } from '../surfaces/surface.ts'
import { wires } from '../wire/index.ts'
import { readChatUsage } from '../wire/openai-chat.ts'
import { isObject, parseObject, textOf } from '../wire/read.ts'
import { replyEvents } from '../wire/reply-events.ts'
import type { Destination } from '../destinations/destination.ts'
import { passingRelay, translatingRelay, type Relay, type Seen } from './relay.ts'

/** A whole reply as the client gets it, and what the settlement needs of it. */
export type Whole = { readonly body: string; readonly seen: Seen }

/**
 * A reply whose first token has arrived; the rest follows.
 *
 * `pumped`: every chunk goes through our hands, because some of it is changed. `copied`: the runtime carries the bytes to
 * the client by itself, and a copy of them is read at leisure; this costs a fraction.
 */
export type Opened =
  | {
      readonly kind: 'pumped'
      readonly relay: Relay
      readonly reader: ReadableStreamDefaultReader<Uint8Array>
      /** What is to be sent before anything else. */
      readonly head: readonly Uint8Array[]
      readonly ended: boolean
    }
  | {
      readonly kind: 'copied'
      readonly relay: Relay
      readonly reader: ReadableStreamBYOBReader
      readonly toClient: ReadableStream<Uint8Array>
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
  const { facts, destination } = input
  const isUnchanged = facts.wantsUsageChunk || destination.usageInStream === 'always'
  try {
    return input.sameWire && isUnchanged
      ? await openCopied(body, passingRelay(false))
      : await openPumped(body, relayOf(input))
  } catch {
    return err(signal.aborted ? 'timeout' : 'cut-off')
  }
}

const relayOf = (input: ReceiveInput): Relay =>
  input.sameWire
    ? passingRelay(true)
    : translatingRelay(
        wires[input.destination.wire].openStream(),
        input.surface.openStream(input.meta),
      )

/** Whether an answer has begun, and if not, why it never will. */
function begun(relay: Relay, ended: boolean): 'yes' | 'not-yet' | Failure {
  const { firstToken, complete, error } = relay.seen()
  if (firstToken) return 'yes'
  if (error) return 'malformed-reply'
  if (complete) return 'yes'
  return ended ? 'cut-off' : 'not-yet'
}

async function openPumped(
  body: ReadableStream<Uint8Array>,
  relay: Relay,
): Promise<Result<Opened, Failure>> {
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  const head: Uint8Array[] = []
  for (;;) {
    const { done: ended, value } = await reader.read()
    const out = ended ? relay.end() : relay.push(value)
    if (out !== undefined) head.push(out)
    const state = begun(relay, ended)
    if (state === 'yes') return ok({ kind: 'pumped', relay, reader, head, ended })
    if (state === 'not-yet') continue
    await reader.cancel()
    return err(state)
  }
}

const HEAD_BYTES = 16_384

async function openCopied(
  body: ReadableStream<Uint8Array>,
  relay: Relay,
): Promise<Result<Opened, Failure>> {
  const [toClient, copy] = body.tee()
  const reader = copy.getReader({ mode: 'byob' })
  for (;;) {
    const { done: ended, value } = await reader.readAtLeast(1, new Uint8Array(HEAD_BYTES))
    if (value !== undefined) relay.push(value)
    if (ended) relay.end()
    const state = begun(relay, ended)
    if (state === 'yes') return ok({ kind: 'copied', relay, reader, toClient, ended })
    if (state === 'not-yet') continue
    await Promise.all([toClient.cancel(), reader.cancel()])
    return err(state)
  }
}
