import type { Hedge, Plan } from '../domain/plan.ts'
import type { RequestFacts } from '../domain/request.ts'
import { isRepeatable, isTransient } from '../router/next.ts'
import { tryAttempt, type Planned, type Tried, type Turn } from './attempt.ts'
import { timesOf } from './deadlines.ts'
import { admit, noteUnsent } from './health.ts'

/** An attempt of the plan that is over. */
type Ended = { readonly at: number; readonly tried: Tried }

type Raced = {
  /** In the order in which they ended; an answer is the last. Attempts that lost are none of them: they are settled, and that is all. */
  readonly ended: readonly Ended[]
  /** Number of the last attempt that is on record. */
  readonly number: number
}

/**
 * Positions of the plan that may be asked while `at` has not begun to answer, each at a destination of its own. None unless the route
 * allows it, and none for what must not be done twice: what a provider keeps, tools that it runs, and a service class that was
 * chosen for its price or its pace.
 */
export function rivalsOf(
  plan: Pick<Plan, 'hedge' | 'attempts'>,
  { operation, handling }: Pick<RequestFacts, 'operation' | 'handling'>,
  at: number,
): number[] {
  if (plan.hedge === undefined || operation !== 'chat') return []
  if (!isRepeatable(handling) || handling.serviceTier !== 'default') return []
  const taken = new Set([plan.attempts[at]?.destination])
  const rivals: number[] = []
  for (const [position, { destination }] of plan.attempts.entries()) {
    if (position <= at || taken.has(destination)) continue
    taken.add(destination)
    rivals.push(position)
  }
  return rivals
}

/** Tries an attempt and, where the route allows it and nothing has come after a while, others beside it. */
export async function tryHedged(planned: Planned, at: number, turn: Turn): Promise<Raced> {
  const { hedge } = planned.plan
  const rivals = hedge === undefined ? [] : rivalsOf(planned.plan, planned.read.facts, at)
  if (hedge !== undefined && rivals.length > 0) {
    return new Race(planned, hedge, rivals, turn.number - 1).run(at, turn)
  }
  const tried = await tryOne(planned, at, turn)
  const { number } = turn
  return { ended: [{ at, tried }], number: tried.kind === 'not-held' ? number - 1 : number }
}

function tryOne(planned: Planned, at: number, turn: Turn): Promise<Tried> {
  const attempt = planned.plan.attempts[at]
  if (attempt === undefined) throw new RangeError('an attempt outside of the plan')
  return tryAttempt(planned, attempt, turn)
}

/** One attempt of a race. */
type Lane = {
  readonly at: number
  /** Ends it, if another one has answered. */
  readonly lost: AbortController
  readonly end: Promise<Tried>
  isOver: boolean
}

type Happening = { readonly lane: Lane; readonly tried: Tried } | 'late'

class Race {
  readonly #planned: Planned
  readonly #hedge: Hedge
  readonly #rivals: number[]
  readonly #lanes: Lane[] = []
  #number: number
  /** When the latest attempt has been on its way for too long; never before it is. */
  #late: Promise<'late'> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(planned: Planned, hedge: Hedge, rivals: number[], number: number) {
    this.#planned = planned
    this.#hedge = hedge
    this.#rivals = rivals
    this.#number = number
  }

  async run(at: number, turn: Turn): Promise<Raced> {
    try {
      this.#open(at, turn)
      return { ended: await this.#finish(at), number: this.#number }
    } finally {
      this.#close()
    }
  }

  async #finish(first: number): Promise<readonly Ended[]> {
    const ended: Ended[] = []
    for (;;) {
      const open = this.#lanes.filter(({ isOver }) => !isOver)
      if (open.length === 0) return ended
      const happened = await this.#next(open)
      if (happened === 'late') {
        this.#openRival()
        continue
      }
      const { lane, tried } = happened
      lane.isOver = true
      // What a rival could not do is no news for the client: its turn may come again, as a fallback.
      if (lane.at !== first && tried.kind === 'not-held') {
        this.#forget(lane)
        continue
      }
      ended.push({ at: lane.at, tried })
      if (isLast(tried)) return ended
    }
  }

  /** No further rival either: what stands in the way of one mostly does so for all. */
  #forget({ at }: Lane): void {
    const { env, ctx, plan } = this.#planned
    this.#rivals.length = 0
    noteUnsent(env, ctx, plan.attempts[at]?.destination ?? '')
  }

  #next(open: readonly Lane[]): Promise<Happening> {
    const ends = open.map(async (lane) => ({ lane, tried: await lane.end }))
    const mayHedge =
      open.length < this.#hedge.maxAttempts && this.#rivals.length > 0 && this.#isInTime()
    return Promise.race(mayHedge && this.#late !== undefined ? [...ends, this.#late] : ends)
  }

  #isInTime(): boolean {
    const { startedMs, env, request } = this.#planned
    return !request.signal.aborted && Date.now() < startedMs + timesOf(env).wholeMs
  }

  #open(at: number, turn: Omit<Turn, 'sent'>, isAdmitted?: Promise<boolean>): void {
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    this.#late = late
    const lost = new AbortController()
    const { request } = this.#planned
    const signal = AbortSignal.any([request.signal, lost.signal])
    // For the attempt it is as if the client had left: the call is broken off, and what came so far is settled.
    const planned = {
      ...this.#planned,
      request: { headers: request.headers, signal },
      lost: lost.signal,
    }
    const sent = (): void => {
      this.#number = turn.number
      this.#timer = setTimeout(() => resolve('late'), this.#hedge.afterMs)
    }
    const attempt = async (): Promise<Tried> =>
      isAdmitted === undefined || (await isAdmitted)
        ? tryOne(planned, at, { ...turn, sent })
        : NOT_ADMITTED
    this.#lanes.push({ at, lost, end: attempt(), isOver: false })
  }

  #openRival(): void {
    const at = this.#rivals.shift()
    const destination = this.#planned.plan.attempts[at ?? -1]?.destination
    if (at === undefined || destination === undefined) return
    const { env, ctx } = this.#planned
    const admitted = Promise.resolve(admit(env, ctx, destination, Date.now()))
    // It waits for nothing: a budget that has room for one only is not there for two.
    this.#open(at, { number: this.#number + 1, isFirst: false, waitMs: 0 }, admitted)
  }

  /** Breaks off what is still under way. An answer that comes all the same is thrown away, and settled like any other. */
  #close(): void {
    clearTimeout(this.#timer)
    const { ctx, request } = this.#planned
    for (const lane of this.#lanes) {
      if (lane.isOver) continue
      if (!request.signal.aborted) lane.lost.abort()
      const discard = async (): Promise<void> => {
        const tried = await lane.end
        if (tried.kind === 'answered') await tried.response.body?.cancel()
        if (tried.kind === 'not-held') this.#forget(lane)
      }
      ctx.waitUntil(discard().catch(() => undefined))
    }
  }
}

/** Nothing that another attempt could still bring would be heard, or would be better. */
const isLast = (tried: Tried): boolean =>
  tried.kind === 'answered' ||
  tried.kind === 'client-gone' ||
  (tried.kind === 'error-reply' && !isTransient(tried.status))

const NOT_ADMITTED: Tried = {
  kind: 'not-held',
  refusal: { code: 'no_destination', retryAfterS: 1 },
}
