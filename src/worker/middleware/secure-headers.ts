import type { Context } from 'hono'
import type { AdminEnv } from './actor.ts'

const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Puts on every answer of the administration what keeps browsers from keeping, framing and misreading it. */
export function secureHeaders(c: Context<AdminEnv>): void {
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value)
}
