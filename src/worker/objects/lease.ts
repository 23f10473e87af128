import { hear, RENEW_MS, startWith, take, Term, termOf, type Held } from '../../journal/lease.ts'
import { alarm } from '../observability/log.ts'
import { within } from '../within.ts'
import type { JournalStore } from './journal-store.ts'

/** How long the authority may take to answer. */
const ASK_MS = 2_000
/** An authority that did not answer is not asked again before that: it would cost every request the same wait. */
const RETRY_MS = 1_000

/** Asks the authority for a lease; whether it must read the record for it. */
type Lend = (mustRead: boolean) => Promise<Term | undefined>

/**
 * What is in force for one journal, as the authority said it, and for how long that may be relied on. Without a lease only
 * zone `own` is served, under what was in force last.
 */
export class LeaseKeeper {
  readonly #lend: Lend
  readonly #tenant: string
  readonly #store: JournalStore
  #held: Held
  #askedMs = -Infinity
  #failedMs = -Infinity
  #renewal: Promise<void> | undefined

  constructor(lend: Lend, tenant: string, store: JournalStore) {
    this.#lend = lend
    this.#tenant = tenant
    this.#store = store
    const kept = store.counter('term')
    this.#held = startWith(kept === undefined ? undefined : Term.parse(JSON.parse(kept)))
  }

  get lease(): Held {
    return this.#held
  }

  get isYoung(): boolean {
    return Date.now() - this.#askedMs < RENEW_MS
  }

  /** Renews the lease, and waits for it if the old one has run out, or if it must be asked anew; false if that failed. */
  async confirm(mustAsk: boolean): Promise<boolean> {
    if (!mustAsk) {
      await this.#renew()
      return true
    }
    return await this.refresh().then(
      () => true,
      () => false,
    )
  }

  /**
   * Asks what is in force now, instead of when the lease runs out; the record is read for it.
   *
   * @throws if there is no answer: then the old lease holds until it runs out.
   */
  async refresh(): Promise<void> {
    if (!(await this.#ask(true))) throw new Error('the policy authority does not answer')
  }

  /** The authority says that something else is in force from now on. */
  hear(term: Term): void {
    this.#keep(hear(this.#held, term))
  }

  async #renew(): Promise<void> {
    this.#renewal ??= this.#ask(false).then(() => (this.#renewal = undefined))
    if (Date.now() > this.#held.untilMs) await this.#renewal
  }

  /** A failure leaves the old lease as it is. */
  async #ask(mustRead: boolean): Promise<boolean> {
    const askedMs = Date.now()
    if (askedMs - this.#failedMs < RETRY_MS) return false
    try {
      const term = await within(ASK_MS, this.#lend(mustRead))
      if (term === undefined) return this.#fail()
      this.#keep(take(this.#held, term, askedMs))
      this.#askedMs = Math.max(this.#askedMs, askedMs)
      this.#failedMs = -Infinity
      return true
    } catch {
      return this.#fail()
    }
  }

  #fail(): false {
    if (this.#failedMs === -Infinity) {
      alarm('lease not renewed: nobody vouches for what is in force', { tenant: this.#tenant })
    }
    this.#failedMs = Date.now()
    return false
  }

  /** A term is stored before it counts: what has been heard is known after a restart too. */
  #keep(held: Held): void {
    if (held.term !== this.#held.term) {
      this.#store.setCounter('term', JSON.stringify(termOf(held)))
    }
    this.#held = held
  }
}
