import { createHash, timingSafeEqual } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import type { Env } from '../env.ts'

/** A shorter one can be guessed. */
const TOKEN_LENGTH_MIN = 16
const BEARER = /^Bearer ([^\s]+)$/i

/** Lets only the bearer of ADMIN_TOKEN through. Nobody is let through where no good token is set. */
export const adminAuth = createMiddleware<{ Bindings: Env }>(async (c, next) => {
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
  return await next()
})

/** Compares digests, so that neither length nor content shows in the time it takes. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
