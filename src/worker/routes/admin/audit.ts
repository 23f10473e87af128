import { Hono } from 'hono'
import * as z from 'zod'
import { auditKeyOf, originOf, verifierKeyOf } from '../../audit-key.ts'
import { catchUp } from '../../stores/audit.ts'
import {
  consistencyOf,
  lastCheckpoint,
  makeCheckpoint,
  proofsOf,
} from '../../stores/checkpoints.ts'
import { entriesAfter } from '../../stores/ledger.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { adminError, check, invalid, TenantQuery } from './input.ts'

/** The audit log: its key, its signed heads, proofs between them, and packs of evidence to take away. */
export const auditRoutes = new Hono<AdminEnv>()

const NO_KEY = adminError(
  'misconfigured',
  'nothing signs checkpoints: set the secret AUDIT_KEY (`demarc audit new-key` makes one)',
)

auditRoutes.get('/key', needs('audit.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  const key = await auditKeyOf(c.env)
  if (key === undefined) return c.json(NO_KEY, 503)
  return c.json({ origin: originOf(c.env, tenant), verifierKey: verifierKeyOf(c.env, tenant, key) })
})

/** The newest checkpoint, of all that has happened until now. */
auditRoutes.get('/checkpoint', needs('audit.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  await catchUp(c.env, tenant)
  const checkpoint =
    (await makeCheckpoint(c.env, tenant, Date.now())) ?? (await lastCheckpoint(c.env, tenant))
  return checkpoint === undefined ? c.json(NO_KEY, 503) : c.text(checkpoint.note)
})

const Size = z.coerce.number().int().positive()
export const ConsistencyQuery = TenantQuery.extend({ from: Size, to: Size })

auditRoutes.get('/consistency', needs('audit.read'), async (c) => {
  const query = check(c.req.query(), ConsistencyQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant, from, to } = query.value
  const last = await lastCheckpoint(c.env, tenant)
  if (last === undefined || from > to || to > last.size) {
    const problem = `from must not exceed to, and the last checkpoint has ${last?.size ?? 0} entries`
    return c.json(invalid([{ field: 'to', problem }]), 422)
  }
  return c.json({ from, to, hashes: await consistencyOf(c.env, tenant, from, to) })
})

/** Entries in one pack. */
const PACK_ENTRIES_MAX = 5_000
export const PackQuery = TenantQuery.extend({
  from: Size.default(1),
  count: Size.max(PACK_ENTRIES_MAX).default(PACK_ENTRIES_MAX),
})

/** Consecutive entries, and the proof that the last of them, which covers all before it, is in a signed log. */
auditRoutes.get('/pack', needs('audit.read'), async (c) => {
  const query = check(c.req.query(), PackQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant, from, count } = query.value
  const key = await auditKeyOf(c.env)
  if (key === undefined) return c.json(NO_KEY, 503)
  await catchUp(c.env, tenant)
  const entries = await entriesAfter(c.env, tenant, from - 1, count)
  const last = entries.at(-1)
  const proofs =
    last === undefined ? undefined : await proofsOf(c.env, tenant, [last.seq], Date.now())
  const [proof] = proofs ?? []
  if (proof === undefined) return c.json(adminError('not_found', 'there are no such entries'), 404)
  return c.json({
    format: 'demarc-evidence@v1',
    verifierKey: verifierKeyOf(c.env, tenant, key),
    entries,
    proof,
  })
})
