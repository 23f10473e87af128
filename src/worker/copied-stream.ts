import type { Relay } from './relay.ts'

const PIECE_BYTES = 65_536
/** How long the copy is left alone: the shorter, the more was in it. */
const PACE_MIN_MS = 10
const PACE_MAX_MS = 250
const MUCH_BYTES = 16_384
/**
 * The copy may be ahead of a slow client, and the runtime keeps what lies between. So it is read no further than this, about
 * 30,000 tokens in OpenAI's frames; then the client's own pace holds the upstream back.
 */
const COPY_BYTES_MAX = 8_000_000

/** How the reading of a copy ended: at the end of the stream, because the upstream broke off, or at its limit. */
export type CopyEnd = 'end' | 'broken' | 'limit'

/** A stream that the runtime carries to the client by itself, and a copy of it for us. */
export class CopiedStream {
  readonly relay: Relay
  /** What the client gets. */
  readonly toClient: ReadableStream<Uint8Array>
  readonly #writable: WritableStream<Uint8Array>
  readonly #forClient: ReadableStream<Uint8Array>
  readonly #reader: ReadableStreamBYOBReader
  #bytes = 0

  constructor(body: ReadableStream<Uint8Array>, relay: Relay) {
    const { readable, writable } = new IdentityTransformStream()
    const [forClient, copy] = body.tee()
    this.relay = relay
    this.toClient = readable
    this.#writable = writable
    this.#forClient = forClient
    this.#reader = copy.getReader({ mode: 'byob' })
  }

  /**
   * Reads the next piece of the copy. Answers how long it was; 0 at the end.
   *
   * @throws if the upstream breaks off.
   */
  async next(): Promise<number> {
    const { done, value } = await this.#reader.readAtLeast(1, new Uint8Array(PIECE_BYTES))
    if (value !== undefined && value.length > 0) this.relay.push(value)
    if (done) this.relay.end()
    this.#bytes += value?.length ?? 0
    return value?.length ?? 0
  }

  /** Carries everything to the client. Answers false if either side breaks off. */
  async forward(): Promise<boolean> {
    try {
      await this.#forClient.pipeTo(this.#writable, { preventClose: true, preventAbort: true })
      return true
    } catch {
      return false
    }
  }

  /**
   * Reads the copy. In between it is left alone for a while, because a read that waits makes the runtime wake the isolate for
   * every piece.
   */
  async follow(
    forwarded: Promise<boolean>,
    idle: { readonly wait: () => void; readonly rest: () => void },
  ): Promise<CopyEnd> {
    let paceMs = PACE_MIN_MS
    try {
      while (this.#bytes < COPY_BYTES_MAX) {
        idle.wait()
        const length = await this.next()
        idle.rest()
        if (length === 0) return 'end'
        paceMs = length < MUCH_BYTES ? Math.min(PACE_MAX_MS, paceMs * 2) : PACE_MIN_MS
        if (length < PIECE_BYTES) await Promise.race([scheduler.wait(paceMs), forwarded])
      }
      await this.#reader.cancel()
      return 'limit'
    } catch {
      idle.rest()
      return 'broken'
    }
  }

  /** Ends the client's side, with an error frame if the answer is not whole; false if nobody is there any more. */
  async finish(errorFrame: Uint8Array | undefined): Promise<boolean> {
    try {
      const writer = this.#writable.getWriter()
      if (errorFrame !== undefined) await writer.write(errorFrame)
      await writer.close()
      return true
    } catch {
      return false
    }
  }

  /** Drops everything, before anything of it has been sent. */
  async cancel(): Promise<void> {
    await Promise.all([this.#forClient.cancel(), this.#reader.cancel()])
  }
}
