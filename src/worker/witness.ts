import * as z from 'zod'
import { variable, type Env } from './env.ts'
import { alarm } from './observability/log.ts'
import { post } from './notify.ts'
import { consistencyOf } from './stores/checkpoints.ts'

/**
 * Shows the last checkpoint to a witness outside of this account (c2sp.org/tlog-witness), so that whoever administers the
 * account cannot rewrite the log unseen. Off unless WITNESS_URL is set. The witness gets the checkpoint and the proof that it
 * continues the last one that it has seen, and answers with its signature, which is kept.
 */
export async function publishCheckpoint(env: Env, tenant: string, nowMs: number): Promise<void> {
  const url = variable(env, 'WITNESS_URL')
  const { last, seen } = await pending(env, tenant)
  if (url === undefined || last === undefined || last.witnessed_ms !== null) return
  const from = seen ?? 0
  const proof = from === 0 ? [] : await consistencyOf(env, tenant, from, last.size)
  const body = `old ${from}\n${proof.map((hash) => `${hash}\n`).join('')}\n${last.note}`
  const answer = await post(`${url.replace(/\/+$/, '')}/add-checkpoint`, body, {
    'content-type': 'text/plain; charset=utf-8',
  })
  if (answer === undefined || answer.status !== 200 || !COSIGNATURES.test(answer.text)) {
    alarm('the witness has not signed', { tenant, size: last.size, status: answer?.status ?? 0 })
    return
  }
  await env.DB.prepare(
    'UPDATE checkpoint SET note = note || ?3, witnessed_ms = ?4 WHERE tenant = ?1 AND size = ?2 AND witnessed_ms IS NULL',
  )
    .bind(tenant, last.size, answer.text, nowMs)
    .run()
}

/** One or more lines, each a signature. */
const COSIGNATURES = /^(?:\u2014 [^\s+]{1,256} [A-Za-z0-9+/]{4,512}={0,2}\n){1,16}$/u

const Row = z.object({
  size: z.int().positive(),
  note: z.string(),
  witnessed_ms: z.int().nullable(),
})

async function pending(env: Env, tenant: string) {
  const [last, seen] = await Promise.all([
    env.DB.prepare(
      'SELECT size, note, witnessed_ms FROM checkpoint WHERE tenant = ?1 ORDER BY size DESC LIMIT 1',
    )
      .bind(tenant)
      .first(),
    env.DB.prepare(
      'SELECT MAX(size) AS size FROM checkpoint WHERE tenant = ?1 AND witnessed_ms IS NOT NULL',
    )
      .bind(tenant)
      .first('size'),
  ])
  return {
    last: last === null ? undefined : Row.parse(last),
    seen: z.int().nullable().parse(seen) ?? undefined,
  }
}
