import { DurableObject } from 'cloudflare:workers'
import { adjust, attemptsIn, type AdjustReply, type AdjustRequest } from '../../journal/adjust.ts'
import { append } from '../../journal/append.ts'
import { CORRECTION_WINDOW_MS, endings, expire } from '../../journal/close.ts'
import type { StoredEntry } from '../../journal/entry.ts'
import type {
  CommitReply,
  CommitRequest,
  JournalStatus,
  ReserveRequest,
} from '../../journal/messages.ts'
import type { Pin } from '../../domain/pin.ts'
import type { Term } from '../../journal/lease.ts'
import { policySteps, type PolicyStep } from '../../journal/policy-step.ts'
import { countRequest, reserve } from '../../journal/reserve.ts'
import type { JournalState } from '../../journal/state.ts'
import { authorityOf, type Env } from '../env.ts'
import { LeaseKeeper } from './lease.ts'
import { Notices } from './notices.ts'
import { Pins } from './pins.ts'
import { bookedBefore } from '../stores/ledger-adjust.ts'
import { JournalStore, type Write, type Written } from './journal-store.ts'
import { OutboxSender, RESEND_AFTER_MS } from './outbox.ts'

/** Longest that a reserve may wait for reservations in flight to settle. */
const WAIT_FOR_BUDGET_MS = 2_000
/** How long a transaction waits for company when the last one had some; measured in docs/decisions/0006. */
const GATHER_MS = 1
/** Entries reach the queue within about this time. */
const DRAIN_DELAY_MS = 1_000
/** Conversations whose place is remembered: about 300 bytes each, in memory. */
const PINS_MAX = 10_000
/** After a failure the queue is asked again within this time. */
const RETRY_SEND_MS = 10_000

type Pending = {
  readonly call: CommitRequest
  /** What is in force could be confirmed as the call demands. */
  readonly isCurrent: boolean
  readonly resolve: (reply: CommitReply) => void
  readonly waitUntilMs: number
}

/**
 * The journal of one tenant: every decision and every pico-dollar, in one gapless, hash-linked sequence.
 *
 * Calls that arrive together are written in one transaction; each is answered only when that is durable. A storage
 * error aborts the object, so that nothing is ever answered from a state that was not stored.
 */
export class Journal extends DurableObject<Env> {
  readonly #store: JournalStore
  readonly #state: JournalState
  readonly #notices: Notices
  readonly #lease: LeaseKeeper
  readonly #outbox: OutboxSender
  readonly #pins = new Pins(PINS_MAX)
  #pending: Pending[] = []
  #waiting: Pending[] = []
  #flushing = false
  #lastBatch = 0
  #alarmAtMs = Infinity
  readonly #tenant: string

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#store = new JournalStore(ctx.storage.sql)
    this.#state = this.#store.load()
    this.#notices = new Notices(ctx.storage.sql)
    this.#tenant = this.#store.counter('tenant') ?? ctx.id.name ?? ''
    this.#lease = new LeaseKeeper(
      async (mustRead) => authorityOf(this.env, this.#tenant).lend(this.#tenant, mustRead),
      this.#tenant,
      this.#store,
    )
    this.#outbox = new OutboxSender(this.#store, this.#tenant)
    if (ctx.id.name !== undefined) this.#store.setCounter('tenant', ctx.id.name)
  }

  /** Writes what ended and holds what wants to start. Safe to repeat. */
  async commit(call: CommitRequest): Promise<CommitReply> {
    const mustRead = call.reserve?.isFresh === true
    const isCurrent = (!mustRead && this.#lease.isYoung) || (await this.#lease.confirm(mustRead))
    return new Promise((resolve) => {
      const waitMs = Math.min(call.reserve?.waitMs ?? 0, WAIT_FOR_BUDGET_MS)
      this.#pending.push({ call, isCurrent, resolve, waitUntilMs: Date.now() + waitMs })
      if (!this.#flushing) this.ctx.waitUntil(this.#flushSoon())
    })
  }

  /** Lets calls that are about to arrive join the same transaction: under load, a commit for many costs as one. */
  async #flushSoon(): Promise<void> {
    this.#flushing = true
    await scheduler.wait(this.#lastBatch > 1 ? GATHER_MS : 0)
    this.#flushing = false
    this.#lastBatch = this.#pending.length
    this.#flush()
  }

  #flush(): void {
    const batch = this.#pending
    this.#pending = []
    const nowMs = Date.now()
    const replies: (() => void)[] = []
    this.#transact((write) => {
      for (const { call } of batch) {
        for (const transition of endings(this.#state, call)) write(transition)
        for (const report of call.settlements) this.#pins.settle(report)
      }
      const wakes = this.#waiting
      this.#waiting = []
      for (const pending of [...wakes, ...batch]) {
        const reply = this.#answer(pending, nowMs, write)
        if (reply.status === 'budget_busy' && nowMs < pending.waitUntilMs)
          this.#waiting.push(pending)
        else replies.push(() => pending.resolve(reply))
      }
    })
    for (const reply of replies) reply()
    if (this.#waiting.length > 0) this.ctx.waitUntil(this.#wake())
    this.#scheduleAlarm()
  }

  #answer({ call, isCurrent }: Pending, nowMs: number, write: Write): CommitReply {
    const { reserve: request } = call
    if (request === null) return { status: 'noted' }
    if (!isCurrent && request.zone !== 'own') return { status: 'no_lease' }
    return this.#reserve(request, nowMs, write)
  }

  #reserve(request: ReserveRequest, nowMs: number, write: Write): CommitReply {
    const outcome = reserve(this.#state, this.#lease.lease, request, nowMs)
    if (outcome.do === 'refuse') return outcome.refusal
    if (outcome.do === 'repeat') return outcome.acknowledgement
    const { attempt, conversation, inputTokens } = request
    const pin = conversation && this.#pins.unknownTo(conversation, nowMs)
    if (pin !== undefined) return { status: 'pinned_elsewhere', pin }
    if (conversation) this.#pins.hold(attempt, conversation, inputTokens, nowMs)
    countRequest(this.#state, request, nowMs)
    this.#notices.watch(request)
    const { seq } = write(outcome.transition)
    return { status: 'reserved', attempt, seq }
  }

  /** Those who wait are asked again whenever something is written, and at the latest when their time is over. */
  async #wake(): Promise<void> {
    const first = Math.min(...this.#waiting.map(({ waitUntilMs }) => waitUntilMs))
    await scheduler.wait(Math.max(1, first - Date.now()))
    if (this.#waiting.some(({ waitUntilMs }) => waitUntilMs <= Date.now())) this.#flush()
  }

  #transact(work: (write: Write) => void): void {
    const written: Written[] = []
    try {
      this.ctx.storage.transactionSync(() => {
        work((transition) => {
          const entry = append(this.#state, transition)
          written.push({ entry, transition })
          return entry
        })
        this.#store.write(written)
      })
    } catch (error) {
      this.ctx.abort(error instanceof Error ? error.message : 'storage failed')
      throw error
    }
  }

  #scheduleAlarm(): void {
    const soonMs = Date.now() + DRAIN_DELAY_MS
    if (this.#alarmAtMs <= soonMs) return
    this.#alarmAtMs = soonMs
    this.ctx.waitUntil(this.ctx.storage.setAlarm(soonMs))
  }

  /** Accrues what expired, sends entries to the queue, and comes back while anything is left to do. */
  override async alarm(): Promise<void> {
    this.#alarmAtMs = Infinity
    const nowMs = Date.now()
    this.#transact((write) => {
      for (const transition of expire(this.#state, nowMs)) write(transition)
      this.#forgetOld(nowMs)
    })
    this.#transact(() => {
      this.#store.snapshot(this.#state)
      this.#notices.record(this.#state, this.#tenant, nowMs)
      this.#outbox.prune(nowMs)
    })
    const isSent = await this.#outbox.trySend(this.env, this.#state.head, nowMs)
    const isTold = await this.#notices.deliver(this.env, nowMs)
    const nextMs = isSent && isTold ? this.#nextAlarmMs(nowMs) : nowMs + RETRY_SEND_MS
    if (nextMs === undefined || nextMs >= this.#alarmAtMs) return
    this.#alarmAtMs = nextMs
    await this.ctx.storage.setAlarm(nextMs)
  }

  #forgetOld(nowMs: number): void {
    for (const { attempt, state, expiresAtMs } of this.#state.reservations.values()) {
      if (state !== 'expired' || expiresAtMs + CORRECTION_WINDOW_MS > nowMs) continue
      this.#state.reservations.delete(attempt)
      this.#store.forget(attempt)
    }
  }

  #nextAlarmMs(nowMs: number): number | undefined {
    const { head, reservations } = this.#state
    if (this.#outbox.drained < head) return nowMs // more than one alarm may send
    const open = [...reservations.values()].filter(({ state }) => state === 'open')
    const expiries = open.map(({ expiresAtMs }) => expiresAtMs)
    if (this.#outbox.acknowledged < head) expiries.push(nowMs + RESEND_AFTER_MS)
    return expiries.length === 0 ? undefined : Math.max(nowMs + 100, Math.min(...expiries))
  }

  /** Sends the outbox now instead of within a second. */
  async drain(): Promise<void> {
    if (this.#pending.length > 0) this.#flush()
    await this.#outbox.send(this.env, this.#state.head, Date.now())
  }

  /** D1 holds every entry up to this one, without a gap. */
  acknowledge(throughSeq: number): void {
    this.#outbox.acknowledge(throughSeq, this.#state.head)
  }

  /** Where a conversation was answered last, as far as is remembered. */
  pinOf(conversation: string): Pin | null {
    return this.#pins.of(conversation, Date.now()) ?? null
  }

  status(): JournalStatus {
    const { head, posted } = this.#state
    const headHash = this.#store.segments.headHash()
    return { head, headHash, postedPicoUsd: String(posted), drained: this.#outbox.drained }
  }

  entriesFrom(seq: number, limit: number): StoredEntry[] {
    return this.#store.entriesFrom(seq, limit)
  }

  /** Entries of a decision that D1 may not hold yet. */
  entriesOf(decision: string): StoredEntry[] {
    return this.#store.entriesOf(decision, this.#outbox.acknowledged)
  }

  /** Books adjustments, all or none of a batch, and a batch only once, however often it is asked. */
  async adjust(request: AdjustRequest): Promise<AdjustReply> {
    const acknowledged = this.#outbox.acknowledged // before D1 is asked: up to there it has everything
    const stored = await bookedBefore(this.env, this.#tenant, request.batch)
    const fresh = this.#store.entriesOf(request.batch, acknowledged).map(({ seq }) => seq)
    const known = [...new Set([...stored, ...fresh])]
    if (known.length > 0) return { status: 'booked', seqs: known }
    const seqs: number[] = []
    const outcome = adjust(request, this.#store.counter('closed') ?? '')
    if (!outcome.ok) return outcome.error
    this.#transact((write) => seqs.push(...outcome.value.map((each) => write(each).seq)))
    this.#scheduleAlarm()
    return { status: 'booked', seqs }
  }

  /** Writes steps of the policy's life down, each once. Answers the number of the last one that is here. */
  notePolicy(steps: readonly PolicyStep[]): number {
    const through = Number(this.#store.counter('policy-step') ?? 0)
    const fresh = policySteps(steps, through)
    const last = steps.at(-1)?.step ?? through
    if (fresh.length === 0) return through
    this.#transact((write) => {
      for (const transition of fresh) write(transition)
      this.#store.setCounter('policy-step', String(last))
    })
    this.#scheduleAlarm()
    return last
  }

  /** From now on nothing is booked in months up to this one, which must have no attempts that could still change it. */
  closeThrough(period: string, monthToCheck = ''): number {
    const pending = attemptsIn(this.#state, monthToCheck)
    if (pending === 0) this.#store.setCounter('closed', period)
    return pending
  }

  /** The authority tells what is in force from now on. Answers what has been heard of, and the last entry before that. */
  hear(term: Term): { readonly term: number; readonly headSeq: number } {
    this.#lease.hear(term)
    return { term: this.#lease.lease.term, headSeq: this.#state.head }
  }

  /**
   * Asks what is in force now.
   *
   * @throws if there is no answer.
   */
  refresh(): Promise<void> {
    return this.#lease.refresh()
  }
}
