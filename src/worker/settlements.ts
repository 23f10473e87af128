import type { CommitRequest, RefuseRequest, SettleRequest } from '../journal/messages.ts'
import { noteEnded } from './affinity.ts'
import { journalOf, type Env } from './env.ts'
import type { Lifetime } from './exchange.ts'
import { alarm } from './observability/log.ts'

/** How long a report may wait for another request of the same isolate to take it along. */
const RIDE_MS = 1_000

type Reports = { settlements: SettleRequest[]; refusals: RefuseRequest[] }

/**
 * What ended in this isolate and is not yet in the journal, by tenant: plain data, never a promise, because nothing in
 * an isolate may await another request's I/O. The next reserve of the tenant takes it along; else it travels alone.
 */
const waiting = new Map<string, Reports>()

const reportsOf = (tenant: string): Reports => {
  const known = waiting.get(tenant)
  if (known !== undefined) return known
  const fresh: Reports = { settlements: [], refusals: [] }
  waiting.set(tenant, fresh)
  return fresh
}

/** Removes and returns what waits, for a call that is about to be made. */
export function takeReports(tenant: string): Pick<CommitRequest, 'settlements' | 'refusals'> {
  const reports = waiting.get(tenant)
  if (reports === undefined) return { settlements: [], refusals: [] }
  waiting.delete(tenant)
  return reports
}

/** Puts reports back after a failed call. They are safe to repeat. */
export function returnReports(
  tenant: string,
  { settlements, refusals }: Pick<CommitRequest, 'settlements' | 'refusals'>,
): void {
  const reports = reportsOf(tenant)
  reports.settlements.unshift(...settlements)
  reports.refusals.unshift(...refusals)
}

export function reportSettlement(
  env: Env,
  ctx: Lifetime,
  tenant: string,
  report: SettleRequest,
): void {
  reportsOf(tenant).settlements.push(report)
  noteEnded(tenant, report)
  scheduleDelivery(env, ctx, tenant)
}

export function reportRefusal(
  env: Env,
  ctx: Lifetime,
  tenant: string,
  report: RefuseRequest,
): void {
  reportsOf(tenant).refusals.push(report)
  scheduleDelivery(env, ctx, tenant)
}

/** When the delivery that is under way for a tenant should have happened. */
const deliveries = new Map<string, number>()

/**
 * One delivery a second is enough for all requests of the isolate. Should the request that has it in hand be cut off,
 * the next report after that second takes it over.
 */
function scheduleDelivery(env: Env, ctx: Lifetime, tenant: string): void {
  const nowMs = Date.now()
  if (nowMs < (deliveries.get(tenant) ?? 0)) return
  deliveries.set(tenant, nowMs + RIDE_MS)
  ctx.waitUntil(sendAlone(env, tenant))
}

/** Delivers whatever still waits after a second. */
async function sendAlone(env: Env, tenant: string): Promise<void> {
  await scheduler.wait(RIDE_MS)
  deliveries.delete(tenant)
  for (let attempt = 0; attempt < 3; attempt++) {
    const reports = takeReports(tenant)
    if (reports.settlements.length + reports.refusals.length === 0) return
    try {
      await journalOf(env, tenant).commit({ ...reports, reserve: null })
      return
    } catch {
      returnReports(tenant, reports)
      await scheduler.wait(RIDE_MS * 2 ** attempt)
    }
  }
  alarm('settlements not delivered: they accrue at their bound unless they get through', { tenant })
}
