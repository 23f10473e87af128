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

/** What is done once a minute, whatever the traffic. */
export async function onSchedule(event: ScheduledController, env: Env): Promise<void> {
  const probed = probeOwn(env, event.scheduledTime)
  const { results } = await env.DB.prepare('SELECT tenant FROM watermark ORDER BY tenant').all()
  for (const row of results) {
    const { tenant } = TenantRow.parse(row)
    try {
      await keepUp(env, tenant)
      await openBooks(env, tenant, 0)
      await rollUpTraffic(env, tenant)
      await evaluateShadow(env, tenant)
      await nightly(env, tenant, event.scheduledTime)
      await indexDecisions(env, tenant)
      await makeCheckpoint(env, tenant, event.scheduledTime)
      await publishCheckpoint(env, tenant, event.scheduledTime)
      if (isFullHour(event.scheduledTime)) await warnOfExpiries(env, tenant, event.scheduledTime)
    } catch (error) {
      alarm('the books or the audit log are behind', {
        tenant,
        error: error instanceof Error ? error.name : 'unknown',
      })
    }
  }
  await probed
}

const isFullHour = (atMs: number): boolean => new Date(atMs).getUTCMinutes() === 0

const TenantRow = z.object({ tenant: z.string() })
