import * as z from 'zod'
import type { Env } from '../env.ts'
import { alarm } from '../observability/log.ts'
import { recordActivation } from '../stores/activations.ts'

/** What D1 did not take is tried again after this. */
const RETRY_MS = 5_000
/** What could not be carried out is kept for so long, for people to see. */
const KEPT_MS = 7 * 24 * 3600 * 1000
const PLANS_MAX = 50

/** An activation for later. */
export const Plan = z.strictObject({
  order: z.string(),
  hash: z.string(),
  by: z.string(),
  change: z.enum(['first', 'loosened', 'tightened', 'same-meaning', 'unknown']),
  base: z.string().nullable().optional(),
  atMs: z.int(),
  /** Why it was not carried out when its time came. */
  problem: z.enum(['base-moved']).nullable(),
})
export type Plan = z.infer<typeof Plan>

/** The activations that a tenant's authority is to carry out, in its own storage. */
export class Plans {
  readonly #kv: SyncKvStorage
  #plans: readonly Plan[]

  constructor(kv: SyncKvStorage) {
    this.#kv = kv
    this.#plans = z.array(Plan).parse(kv.get('plans') ?? [])
  }

  all(): readonly Plan[] {
    return this.#plans
  }

  /** @throws RangeError if there are too many. */
  add(plan: Plan): void {
    if (this.#plans.length >= PLANS_MAX) throw new RangeError('too many planned activations')
    this.#keep([...this.#plans.filter(({ order }) => order !== plan.order), plan])
  }

  remove(order: string): boolean {
    const rest = this.#plans.filter((plan) => plan.order !== order)
    const isFound = rest.length < this.#plans.length
    if (isFound) this.#keep(rest)
    return isFound
  }

  /** When something is to be done next; undefined if nothing is planned. */
  nextMs(nowMs: number): number | undefined {
    const open = this.#plans.filter(({ problem }) => problem === null)
    if (open.length === 0) return undefined
    const first = Math.min(...open.map(({ atMs }) => atMs))
    return first <= nowMs ? nowMs + RETRY_MS : first
  }

  /** Puts on record whatever is due, the earliest first; true if something was. */
  async carryOut(env: Env, tenant: string, nowMs: number): Promise<boolean> {
    const due = this.#plans.filter((plan) => plan.problem === null && plan.atMs <= nowMs)
    let isDone = false
    for (const plan of due.toSorted((a, b) => a.atMs - b.atMs)) {
      try {
        const done = await recordActivation(env, tenant, plan, nowMs)
        if (done.ok) this.remove(plan.order)
        else this.#fail(tenant, { ...plan, problem: done.error })
        isDone ||= done.ok
      } catch {
        alarm('a planned activation cannot be put on record yet', { tenant })
      }
    }
    const kept = this.#plans.filter(
      ({ problem, atMs }) => problem === null || nowMs - atMs < KEPT_MS,
    )
    if (kept.length < this.#plans.length) this.#keep(kept)
    return isDone
  }

  #fail(tenant: string, failed: Plan): void {
    alarm(
      'a planned activation was not carried out: another policy is in force than it was made for',
      {
        tenant,
        hash: failed.hash,
      },
    )
    this.#keep(this.#plans.map((plan) => (plan.order === failed.order ? failed : plan)))
  }

  #keep(plans: readonly Plan[]): void {
    this.#kv.put('plans', plans)
    this.#plans = plans
  }
}
