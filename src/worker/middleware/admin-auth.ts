import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { CallRate } from '../../access/call-rate.ts'
import { crossSiteProblem, CSRF_HEADER } from '../../access/same-origin.ts'
import { variable } from '../env.ts'
import { countFailure } from '../stores/admin-failures.ts'
import { audited, recordAlone, sourceOf } from './admin-audit.ts'
import type { AdminEnv } from './actor.ts'
import { identify, type Unidentified } from './identify.ts'
import { secureHeaders } from './secure-headers.ts'

/**
 * Failed log-ins of one address in ten minutes, over all isolates (counted in D1), and one more for each isolate that has not
 * heard of it. Tokens cannot be guessed; this bounds the work and the log lines that guessing causes.
 */
const FAILURES_MAX = 50
const failures = new CallRate(10 * 60_000, 10_000)

/** Calls of one actor in a minute, in one isolate: what a loop that has run wild may cost. ADMIN_CALLS_PER_MINUTE is another number. */
const CALLS_MAX = 1200
const calls = new CallRate(60_000, 1_000)

type C = Context<AdminEnv>

/** Lets through whoever proves to be somebody; records every call; nobody is let through where there is no way to prove it. */
export const adminAuth = createMiddleware<AdminEnv>(async (c, next) => {
  secureHeaders(c)
  const nowMs = Date.now()
  const source = await sourceOf(c)
  if (failures.count(source, nowMs) >= FAILURES_MAX) return tooMany(c, failures.secondsLeft(nowMs))
  const identified = await identify(c.env, c.req.raw, nowMs)
  if (!identified.ok) {
    if (identified.error === 'unauthenticated') {
      const count = await countFailure(c.env, source, failures.windowAt(nowMs))
      failures.add(source, nowMs, count)
    }
    const response = unidentified(c, identified.error)
    return await recordAlone(c, { actor: ANONYMOUS, via: 'none' }, response)
  }
  const { actor, via, ambient } = identified.value
  const problem = ambient ? crossSiteProblem(provenanceOf(c)) : undefined
  if (problem !== undefined) {
    return await recordAlone(c, { actor, via }, c.json(error('cross_site', problem), 403))
  }
  const callsMax = Number(variable(c.env, 'ADMIN_CALLS_PER_MINUTE') ?? CALLS_MAX)
  const count = calls.add(actor.id, nowMs)
  if (!(count <= callsMax)) {
    const response = tooMany(c, calls.secondsLeft(nowMs))
    return count === callsMax + 1 ? await recordAlone(c, { actor, via }, response) : response
  }
  c.set('actor', actor)
  return await audited(c, { actor, via }, next)
})

const ANONYMOUS = { id: 'anonymous' }

const error = (code: string, message: string) => ({ error: { code, message } })

function unidentified(c: C, why: Unidentified): Response {
  switch (why) {
    case 'closed':
      return c.json(error('admin_closed', CLOSED), 503)
    case 'misconfigured':
      return c.json(error('misconfigured', MISCONFIGURED), 503)
    case 'unavailable':
      c.header('retry-after', '5')
      return c.json(error('identity_unavailable', UNAVAILABLE), 503)
    case 'unauthenticated':
      c.header('www-authenticate', 'Bearer')
      return c.json(error('unauthenticated', UNAUTHENTICATED), 401)
  }
}

const CLOSED =
  'administration is closed: set the secret ADMIN_TOKEN to at least 16 characters ("npx wrangler secret put ADMIN_TOKEN", locally a line in .dev.vars), or ACCESS_TEAM_DOMAIN and ACCESS_AUD'
const MISCONFIGURED =
  'set both ACCESS_TEAM_DOMAIN (such as example.cloudflareaccess.com) and ACCESS_AUD (the audience tag of the Access application), or neither'
const UNAVAILABLE = 'the keys of Cloudflare Access cannot be read, so nobody can be recognised'
const UNAUTHENTICATED =
  'send an admin token as "authorization: Bearer …", or come through Cloudflare Access'

function tooMany(c: C, seconds: number): Response {
  c.header('retry-after', String(seconds))
  return c.json(error('rate_limited', `too many calls: try again in ${seconds} s`), 429)
}

function provenanceOf(c: C) {
  const { headers, body, method, url } = c.req.raw
  return {
    method,
    ownOrigin: new URL(url).origin,
    fetchSite: headers.get('sec-fetch-site'),
    origin: headers.get('origin'),
    csrf: headers.get(CSRF_HEADER),
    contentType: headers.get('content-type'),
    hasBody: body !== null,
  }
}
