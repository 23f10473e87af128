import { createHash, timingSafeEqual } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import { ROLES, type Actor } from '../../access/actor.ts'
import type { AdminEnv } from './actor.ts'

/** A shorter one can be guessed. */
const TOKEN_LENGTH_MIN = 16
const BEARER = /^Bearer ([^\s]+)$/i

/** Whoever holds the one token that opens everything. */
const TOKEN_HOLDER: Actor = { id: 'token:admin', kind: 'service', roles: ROLES, apps: [] }

/** Lets only the bearer of ADMIN_TOKEN through. Nobody is let through where no good token is set. */
export const adminAuth = createMiddleware<AdminEnv>(async (c, next) => {
  c.header('cache-control', 'no-store')
  const expected = c.env.ADMIN_TOKEN ?? ''
  if (expected.length < TOKEN_LENGTH_MIN) {
    const message = `administration is closed: set the secret ADMIN_TOKEN to at least ${TOKEN_LENGTH_MIN} characters ("npx wrangler secret put ADMIN_TOKEN", locally a line in .dev.vars)`
    return c.json({ error: { code: 'admin_closed', message } }, 503)
  }
  const [, presented] = BEARER.exec(c.req.header('authorization') ?? '') ?? []
  if (!isSame(presented ?? '', expected)) {
    c.header('www-authenticate', 'Bearer')
    const message = 'send the admin token as "authorization: Bearer …"'
    return c.json({ error: { code: 'unauthenticated', message } }, 401)
  }
  c.set('actor', TOKEN_HOLDER)
  return await next()
})

/** Compares digests, so that neither length nor content shows in the time it takes. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
