import type { UpstreamFailure } from '../domain/refusal.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { wireOf } from '../wire/index.ts'
import { sseBody } from './as-sse.ts'
import { CopiedStream } from './copied-stream.ts'
import { arrayRelay, passingRelay, readingRelay, translatingRelay, type Relay } from './relay.ts'
import type { ReceiveInput } from './whole.ts'

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
      readonly readable: ReadableStream<Uint8Array>
      readonly writable: WritableStream<Uint8Array>
      /** What is to be sent before anything else. */
      readonly head: readonly Uint8Array[]
      readonly ended: boolean
    }
  | { readonly kind: 'copied'; readonly stream: CopiedStream }

/** What the client gets of it. */
export const clientBody = (opened: Opened): ReadableStream<Uint8Array> =>
  opened.kind === 'pumped' ? opened.readable : opened.stream.toClient

type Failure = Exclude<UpstreamFailure, 'error-reply'>

/**
 * Opens a stream and reads until something of the answer is there: until then nothing has been sent to the client, and
 * another destination can still take over.
 */
export async function openStream(
  response: Response,
  input: ReceiveInput,
  signal: AbortSignal,
): Promise<Result<Opened, Failure>> {
  const body = sseBody(response)
  if (body === null) return err('malformed-reply')
  try {
    return passesUnchanged(input)
      ? await openCopied(body, relayOf(input, false))
      : await openPumped(body, relayOf(input, true))
  } catch {
    return err(signal.aborted ? 'timeout' : 'cut-off')
  }
}

/** No byte of the stream is changed for the client. */
function passesUnchanged({
  sameWire,
  surface,
  framing,
  facts,
  usageInStream,
}: ReceiveInput): boolean {
  if (!sameWire || framing === 'json-array') return false
  return surface.name !== 'openai-chat' || facts.wantsUsageChunk || usageInStream === 'always'
}

function relayOf(input: ReceiveInput, stripsUsage: boolean): Relay {
  const { surface, dialect, sameWire, meta, framing } = input
  if (surface.operation !== 'chat') throw new TypeError(`${surface.name} has no streams`)
  if (sameWire && surface.name === 'openai-chat') return passingRelay(surface, stripsUsage)
  const source = wireOf(dialect)
  const relay = sameWire
    ? readingRelay(surface, source)
    : translatingRelay(source, surface.openStream(meta))
  return framing === 'json-array' ? arrayRelay(relay) : relay
}

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
    if (state === 'yes') {
      const { readable, writable } = new IdentityTransformStream()
      return ok({ kind: 'pumped', relay, reader, readable, writable, head, ended })
    }
    if (state === 'not-yet') continue
    await reader.cancel()
    return err(state)
  }
}

async function openCopied(
  body: ReadableStream<Uint8Array>,
  relay: Relay,
): Promise<Result<Opened, Failure>> {
  const stream = new CopiedStream(body, relay)
  for (;;) {
    const length = await stream.next()
    const state = begun(relay, length === 0)
    if (state === 'yes') return ok({ kind: 'copied', stream })
    if (state === 'not-yet') continue
    await stream.cancel()
    return err(state)
  }
}
