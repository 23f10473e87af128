import * as z from 'zod'
import type { PolicyStep } from '../../journal/policy-step.ts'
import { journalOf, type Env } from '../env.ts'
import { alarm } from '../observability/log.ts'
import { stepsAfter, type Step } from './lifecycle-events.ts'

/** Steps of one call to the journal. */
const BATCH_STEPS = 200

/**
 * Hands the steps that the tenant's journal does not have yet over to it, so that the signed log has them. What cannot be handed over now
 * goes with the next step, or within a minute: it is on record in any case.
 */
export async function journalSteps(env: Env, tenant: string): Promise<void> {
  try {
    let through = await markOf(env, tenant)
    for (;;) {
      const steps = await stepsAfter(env, tenant, { after: through, limit: BATCH_STEPS })
      if (steps.length === 0) return
      through = await journalOf(env, tenant).notePolicy(steps.map(toPolicyStep))
      await env.DB.prepare(
        `INSERT INTO policy_event_mark (tenant, through_seq) VALUES (?1, ?2)
         ON CONFLICT (tenant) DO UPDATE SET through_seq = MAX(through_seq, ?2)`,
      )
        .bind(tenant, through)
        .run()
    }
  } catch {
    alarm('steps of the policy are not in the journal yet', { tenant })
  }
}

async function markOf(env: Env, tenant: string): Promise<number> {
  const mark = await env.DB.prepare('SELECT through_seq FROM policy_event_mark WHERE tenant = ?1')
    .bind(tenant)
    .first('through_seq')
  return z.int().nullable().parse(mark) ?? 0
}

const toPolicyStep = ({ seq, hash, event }: Step): PolicyStep => ({
  step: seq,
  stepHash: hash,
  atMs: event.atMs,
  event: event.event,
  actor: event.by,
  draft: event.draft,
  policyHash: 'bundle' in event ? event.bundle : null,
  ticket: event.ticket,
})
