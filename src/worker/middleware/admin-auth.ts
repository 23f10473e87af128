import { createHash, timingSafeEqual } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import { ROLES, type Actor } from '../../access/actor.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Env } from '../env.ts'
import { authenticateAdminToken } from '../stores/admin-tokens.ts'
import type { AdminEnv } from './actor.ts'

/** A shorter one can be guessed. */
const TOKEN_LENGTH_MIN = 16
const BEARER = /^Bearer ([^\s]+)$/i

/** Whoever holds the one token that opens everything. */
const TOKEN_HOLDER: Actor = { id: 'token:admin', kind: 'service', roles: ROLES, apps: [] }

type Refused = 'closed' | 'unauthenticated'

/** Says who is asking, or lets nobody through. */
export const adminAuth = createMiddleware<AdminEnv>(async (c, next) => {
  c.header('cache-control', 'no-store')
  const [, presented = ''] = BEARER.exec(c.req.header('authorization') ?? '') ?? []
  const actor = await bearer(c.env, presented, Date.now())
  if (!actor.ok) {
    if (actor.error === 'closed') {
      const message = `administration is closed: set the secret ADMIN_TOKEN to at least ${TOKEN_LENGTH_MIN} characters ("npx wrangler secret put ADMIN_TOKEN", locally a line in .dev.vars)`
      return c.json({ error: { code: 'admin_closed', message } }, 503)
    }
    c.header('www-authenticate', 'Bearer')
    const message = 'send an admin token as "authorization: Bearer …"'
    return c.json({ error: { code: 'unauthenticated', message } }, 401)
  }
  c.set('actor', actor.value)
  return await next()
})

async function bearer(env: Env, presented: string, nowMs: number): Promise<Result<Actor, Refused>> {
  if (presented.startsWith('dma_')) return await authenticateAdminToken(env, presented, nowMs)
  const expected = env.ADMIN_TOKEN ?? ''
  if (expected.length < TOKEN_LENGTH_MIN) return err('closed')
  return isSame(presented, expected) ? ok(TOKEN_HOLDER) : err('unauthenticated')
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
