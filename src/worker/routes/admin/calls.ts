import { Hono } from 'hono'
import * as z from 'zod'
import { formatNote, formatVerifierKey } from '../../../encoding/signed-note.ts'
import { auditKeyOf } from '../../audit-key.ts'
import { variable, type Env } from '../../env.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { listAdminEvents, verifyAdminEvents } from '../../stores/admin-events.ts'
import { check, invalid, Moment } from './input.ts'

/** The log of the admin API: who called what, when, and how it ended. Reading it is a line in it. */
export const callRoutes = new Hono<AdminEnv>()

const PAGE_MAX = 500

export const CallsQuery = z.object({
  actor: z.string().max(200).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
  /** The `next` of the page before. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(100),
})

callRoutes.get('/', needs('audit.read'), async (c) => {
  const query = check(c.req.query(), CallsQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { actor, from: fromMs, to: toMs, before, limit } = query.value
  const calls = await listAdminEvents(c.env, { actor, fromMs, toMs, before, limit })
  const last = calls.at(-1)
  return c.json({ calls, next: calls.length < limit || last === undefined ? null : last.seq })
})

/** Walks the chain from the first line and computes every hash. */
callRoutes.get('/verify', needs('audit.read'), async (c) => {
  const { events, headHash, brokenAt } = await verifyAdminEvents(c.env)
  const signed = brokenAt === null ? await signedHead(c.env, events, headHash) : NOT_SIGNED
  return c.json({ holds: brokenAt === null, events, headHash, brokenAt, ...signed })
})

const NOT_SIGNED = { note: null, verifierKey: null }

/** The head of the chain as a signed note (c2sp.org/signed-note): kept elsewhere, it shows later that nothing was rewritten. */
async function signedHead(env: Env, events: number, headHash: string) {
  const key = await auditKeyOf(env)
  if (key === undefined || events === 0) return NOT_SIGNED
  const origin = `${variable(env, 'AUDIT_ORIGIN') ?? 'demarc.invalid'}/admin-calls`
  const text = `${origin}\n${events}\n${headHash}\n`
  const note = formatNote(text, origin, key.publicKey, await key.sign(text))
  return { note, verifierKey: formatVerifierKey(origin, key.publicKey) }
}
