import type { StoredEntry } from '../../journal/entry.ts'
import { pack } from '../../journal/outbox.ts'
import type { Env } from '../env.ts'
import { alarm } from '../observability/log.ts'
import type { JournalStore } from './journal-store.ts'

/** Entries that D1 has not acknowledged by then are sent again. */
export const RESEND_AFTER_MS = 60_000
const MESSAGES_PER_ALARM = 50
/** Entries stay in the journal for so long although D1 has them: D1 could be restored to a time before. */
const KEEP_MS = 7 * 24 * 3600 * 1000
const PRUNE_EVERY_MS = 3600 * 1000

type Outbox = Pick<Env, 'OUTBOX'>

/** Sends a journal's entries to the queue, and knows how far they have got. */
export class OutboxSender {
  readonly #store: JournalStore
  readonly #tenant: string
  #sentAtMs = 0
  #prunedAtMs = 0

  constructor(store: JournalStore, tenant: string) {
    this.#store = store
    this.#tenant = tenant
  }

  /** The queue has every entry up to this one. */
  get drained(): number {
    return Number(this.#store.counter('drained') ?? 0)
  }

  /** D1 has every entry up to this one. */
  get acknowledged(): number {
    return Number(this.#store.counter('acknowledged') ?? 0)
  }

  acknowledge(throughSeq: number, head: number): void {
    if (throughSeq <= this.acknowledged || throughSeq > head) return
    this.#store.setCounter('acknowledged', String(throughSeq))
  }

  /** A queue that takes nothing is asked again later: an alarm that throws is given up after a few times. */
  async trySend(env: Outbox, head: number, nowMs: number): Promise<boolean> {
    try {
      await this.send(env, head, nowMs)
      return true
    } catch {
      alarm('the outbox is not taken by the queue', { tenant: this.#tenant })
      return false
    }
  }

  /**
   * Sends what the queue does not have yet, up to so many messages, or again what D1 has not acknowledged in time.
   *
   * @throws if the queue takes no message: what it took before stays noted.
   */
  async send({ OUTBOX }: Outbox, head: number, nowMs: number): Promise<void> {
    let { drained } = this
    if (drained === head && nowMs - this.#sentAtMs >= RESEND_AFTER_MS) {
      drained = Math.min(drained, this.acknowledged)
    }
    let last: StoredEntry | undefined
    try {
      for (let sent = 0; sent < MESSAGES_PER_ALARM && drained < head; sent++) {
        const entries = this.#store.segments.nextMessage(drained, last)
        const message = pack({ tenant: this.#tenant, entries })
        await OUTBOX.send(message, { contentType: 'text' })
        last = entries.at(-1)
        drained = last?.seq ?? head
        this.#sentAtMs = nowMs
      }
    } finally {
      if (last !== undefined) this.#store.segments.seal(last)
      // Once for all messages: what is sent again after a crash changes nothing.
      if (drained > this.drained) this.#store.setCounter('drained', String(drained))
    }
  }

  /** Takes away what D1 has had for a week and no start would replay; a large backlog in several goes. */
  prune(nowMs: number): void {
    if (nowMs - this.#prunedAtMs < PRUNE_EVERY_MS) return
    const throughSeq = Math.min(this.acknowledged, Number(this.#store.counter('snapshot') ?? 0))
    const isDone = this.#store.segments.prune(throughSeq, nowMs - KEEP_MS) === 0
    if (isDone) this.#prunedAtMs = nowMs
  }
}
