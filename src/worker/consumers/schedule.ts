import * as z from 'zod'
import type { Env } from '../env.ts'
import { alarm } from '../observability/log.ts'
import { indexDecisions } from '../stores/admin-decisions-index.ts'
import { keepUp } from '../policy-life.ts'
import { probeOwn } from '../probe.ts'
import { openBooks } from '../stores/ledger-books.ts'
import { makeCheckpoint } from '../stores/checkpoints.ts'
import { nightly } from '../stores/retention-night.ts'
import { evaluateShadow } from '../stores/shadow.ts'
import { rollUpTraffic } from '../stores/traffic.ts'
import { warnOfExpiries } from '../warnings.ts'
import { publishCheckpoint } from '../witness.ts'

type Duty = (env: Env, tenant: string, atMs: number) => Promise<unknown>

/** In this order; one that fails keeps no other from being done. */
const DUTIES: Readonly<Record<string, Duty>> = {
  policy: keepUp,
  books: async (env, tenant) => await openBooks(env, tenant, 0),
  checkpoint: makeCheckpoint,
  witness: publishCheckpoint,
  decisions: indexDecisions,
  traffic: rollUpTraffic,
  shadow: evaluateShadow,
  retention: nightly,
  expiries: async (env, tenant, atMs) => {
    if (isFullHour(atMs)) await warnOfExpiries(env, tenant, atMs)
  },
}

/** What is done once a minute, whatever the traffic. */
export async function onSchedule(event: ScheduledController, env: Env): Promise<void> {
  const atMs = event.scheduledTime
  const probed = probeOwn(env, atMs)
  const { results } = await env.DB.prepare('SELECT tenant FROM watermark ORDER BY tenant').all()
  for (const row of results) {
    const { tenant } = TenantRow.parse(row)
    for (const [duty, done] of Object.entries(DUTIES)) {
      try {
        await done(env, tenant, atMs)
      } catch (error) {
        const name = error instanceof Error ? error.name : 'unknown'
        alarm('something that is done once a minute was not', { tenant, duty, error: name })
      }
    }
  }
  await probed
}

const isFullHour = (atMs: number): boolean => new Date(atMs).getUTCMinutes() === 0

const TenantRow = z.object({ tenant: z.string() })
