import { DurableObject } from 'cloudflare:workers'
import * as z from 'zod'
import {
  CLOSED,
  conclude,
  grant,
  note,
  noteHealth,
  type BreakerState,
  type Grant,
  type ProbeEnd,
  type Report,
} from '../../router/breaker.ts'
import type { Env } from '../env.ts'

/**
 * The circuit breaker of one destination, for all isolates: it adds up what they report, and lets one of them find out
 * whether the destination is back. Holds no more than counts and times.
 *
 * Stored whenever it opens, closes or grants a probe; the counts between are worth a minute, and may be lost.
 */
export class Breaker extends DurableObject<Env> {
  #state: BreakerState

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS breaker (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL)',
    )
    const [row] = ctx.storage.sql
      .exec<{ state: string }>('SELECT state FROM breaker WHERE id = 1')
      .toArray()
    this.#state = row === undefined ? CLOSED : restored(row.state)
  }

  /** Takes in what an isolate has seen, if anything, and answers the state. */
  tell(report: Report | null): BreakerState {
    if (report === null) return this.#state
    return this.#become(note(this.#state, report, Date.now(), Math.random()))
  }

  /** Asks to send one request, as a probe if the breaker is not closed. */
  grant(): { readonly state: BreakerState; readonly grant: Grant } {
    const granted = grant(this.#state, Date.now())
    this.#become(granted.state)
    return granted
  }

  /** Takes in how a probe ended. */
  conclude(probe: number, end: ProbeEnd): BreakerState {
    return this.#become(conclude(this.#state, probe, end, Date.now(), Math.random()))
  }

  /** Takes in what a look at the destination's health path saw. */
  health(isHealthy: boolean): BreakerState {
    return this.#become(noteHealth(this.#state, isHealthy, Date.now(), Math.random()))
  }

  #become(state: BreakerState): BreakerState {
    const isNew = state.phase !== this.#state.phase
    this.#state = state
    if (isNew) {
      this.ctx.storage.sql.exec(
        'INSERT OR REPLACE INTO breaker (id, state) VALUES (1, ?)',
        JSON.stringify(state),
      )
    }
    return state
  }
}

const Stored = z.strictObject({
  phase: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('closed') }),
    z.strictObject({ type: z.literal('open'), untilMs: z.number(), byUpstream: z.boolean() }),
    z.strictObject({ type: z.literal('half-open'), untilMs: z.number() }),
  ]),
  failures: z.number(),
  successes: z.number(),
  atMs: z.number(),
  opens: z.number(),
  closedMs: z.number(),
  probe: z.number(),
})

/** What another version stored in another form is worth no more than a fresh start. */
function restored(text: string): BreakerState {
  const stored = Stored.safeParse(JSON.parse(text))
  return stored.success ? stored.data : CLOSED
}
