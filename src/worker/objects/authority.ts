import { DurableObject } from 'cloudflare:workers'
import {
  acknowledge,
  AuthorityState,
  everywhereByMs,
  grant,
  isConfirmed,
  learn,
  newAuthority,
  nextMs,
  pass,
  untold,
  type Standing,
} from '../../journal/authority.ts'
import type { Term } from '../../journal/lease.ts'
import { journalOf, type Env } from '../env.ts'
import { alarm } from '../observability/log.ts'
import { recorded, recordInForce } from '../stores/activations.ts'
import { within } from '../within.ts'
import { Plans, type Plan } from './plans.ts'

/** How long D1 may take to say what is in force. */
const READ_MS = 5_000
/** How long a journal may take to acknowledge before the caller is told that it is still waited for. */
const TELL_MS = 2_000
/** What failed is tried again after this. */
const RETRY_MS = 2_000

/** How far what is in force has come. */
export type InForce = {
  readonly term: Term
  readonly policy: Standing
  readonly keys: Standing
  /** By when all of it is in force everywhere, at the latest. */
  readonly everywhereByMs: number
}

export type InForceDetails = InForce & {
  /** When D1 was last read. */
  readonly readMs: number
  readonly journals: readonly {
    readonly name: string
    /** Until when it may act without asking, at the latest. */
    readonly leaseUntilMs: number
    readonly isLent: boolean
    /** It has not yet acknowledged what is in force now. */
    readonly isAwaited: boolean
  }[]
  readonly plans: readonly Plan[]
}

/**
 * Who says what is in force for one tenant: lends its journals the right to act on it, tells them when it changes, and
 * knows since when nobody acts on what was before. The protocol is in journal/authority, what it promises in
 * docs/consistency.md. D1 is the record; this reads it, and writes activations that were planned for later.
 */
export class PolicyAuthority extends DurableObject<Env> {
  #state: AuthorityState
  readonly #plans: Plans
  readonly #tenant: string
  /** The reading that is under way or was the last, and the one that waits for it. */
  #reading: Promise<boolean> = Promise.resolve(true)
  #nextReading: Promise<boolean> | undefined
  #telling: Promise<void> = Promise.resolve()

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { kv } = ctx.storage
    const kept = kv.get('state')
    this.#state = kept === undefined ? newAuthority() : AuthorityState.parse(kept)
    this.#plans = new Plans(kv)
    const name = kv.get('tenant')
    this.#tenant = ctx.id.name ?? (typeof name === 'string' ? name : '')
    if (name === undefined) kv.put('tenant', this.#tenant)
  }

  /**
   * Lends a journal the right to act on what is in force. Undefined if D1 has not been read lately and cannot be read now:
   * nobody can vouch for anything then.
   */
  async lend(journal: string, mustRead: boolean): Promise<Term | undefined> {
    const isKnown = !mustRead && isConfirmed(this.#state, Date.now())
    if (!isKnown && !(await this.#read())) return undefined
    this.#keep(grant(this.#state, journal, Date.now()))
    return this.#state.term
  }

  /** D1 has changed: reads it, tells the journals, and answers how far that has come; undefined if it cannot be read. */
  async refresh(): Promise<InForce | undefined> {
    if (!(await this.#read())) return undefined
    await this.#telling
    return this.#inForce()
  }

  /** An activation for later. */
  async plan(plan: Plan): Promise<void> {
    this.#plans.add(plan)
    await this.#scheduleAlarm()
  }

  /** Gives up a planned activation; false if there is none of this order. */
  cancel(order: string): boolean {
    return this.#plans.remove(order)
  }

  status(): InForceDetails {
    const nowMs = Date.now()
    this.#keep(pass(this.#state, nowMs))
    const { journals, readMs } = this.#state
    const awaited = untold(this.#state)
    return {
      ...this.#inForce(),
      readMs,
      journals: Object.entries(journals).map(([name, leaseUntilMs]) => ({
        name,
        leaseUntilMs,
        isAwaited: awaited.includes(name),
        isLent: leaseUntilMs >= nowMs,
      })),
      plans: this.#plans.all(),
    }
  }

  override async alarm(): Promise<void> {
    const isDone = await this.#plans.carryOut(this.env, this.#tenant, Date.now())
    if (isDone) await this.#read()
    this.#keep(pass(this.#state, Date.now()))
    await this.#tell()
    await this.#record()
    await this.#scheduleAlarm()
  }

  #inForce(): InForce {
    const { term, policy, keys } = this.#state
    return { term, policy, keys, everywhereByMs: everywhereByMs(this.#state, Date.now()) }
  }

  /** What is stored counts, and nothing before it is stored: answers leave the object after that. */
  #keep(state: AuthorityState): void {
    if (state === this.#state) return
    this.ctx.storage.kv.put('state', state)
    this.#state = state
  }

  /** A reading of D1 that begins no earlier than now. Readings never overlap, so the last one is the newest. */
  #read(): Promise<boolean> {
    if (this.#nextReading !== undefined) return this.#nextReading
    const next = this.#reading.then(() => {
      this.#nextReading = undefined
      return this.#readNow()
    })
    this.#nextReading = next
    this.#reading = next
    return next
  }

  async #readNow(): Promise<boolean> {
    const askedMs = Date.now()
    const before = this.#state.term.number
    try {
      const found = await within(READ_MS, recorded(this.env, this.#tenant))
      this.#keep(learn(this.#state, found, askedMs, Date.now()))
    } catch {
      alarm('the policy authority cannot read what is in force', { tenant: this.#tenant })
      return false
    }
    if (this.#state.term.number === before) return true
    this.ctx.waitUntil(this.#scheduleAlarm()) // stored together with the change, so that it is told whatever happens
    this.#telling = this.#tell()
    this.ctx.waitUntil(this.#telling.then(() => this.#record()))
    return true
  }

  /** Tells every journal that may still act on an older term. */
  async #tell(): Promise<void> {
    const { term } = this.#state
    await Promise.all(
      untold(this.#state).map(async (journal) => {
        try {
          const heard = await within(TELL_MS, journalOf(this.env, journal).hear(term))
          this.#keep(acknowledge(this.#state, journal, heard, Date.now()))
        } catch {
          // It is told again by the alarm, until its lease has run out.
        }
      }),
    )
  }

  /** Puts on record what has come into force everywhere. */
  async #record(): Promise<void> {
    const { settled } = this.#state
    if (settled.length === 0) return
    try {
      await recordInForce(this.env, this.#tenant, settled)
      this.#keep({
        ...this.#state,
        settled: this.#state.settled.filter((each) => !settled.includes(each)),
      })
    } catch {
      alarm('what is in force everywhere is not yet on record', { tenant: this.#tenant })
    }
  }

  async #scheduleAlarm(): Promise<void> {
    const nowMs = Date.now()
    const { pending, settled } = this.#state
    const times = [nextMs(this.#state), this.#plans.nextMs(nowMs)].filter(
      (time) => time !== undefined,
    )
    if (pending.length + settled.length > 0) times.push(nowMs + RETRY_MS)
    if (times.length > 0) await this.ctx.storage.setAlarm(Math.max(nowMs, Math.min(...times)))
  }
}
