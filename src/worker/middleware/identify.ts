import { createHash, timingSafeEqual } from 'node:crypto'
import { ROLES, type Actor } from '../../access/actor.ts'
import type { AdminEvent } from '../../access/admin-event.ts'
import { cookieNamed, isLoopback, openSession, parseLocalLogin } from '../../access/local-login.ts'
import { actorOf, principalsOf } from '../../access/principal.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { variable, type Env } from '../env.ts'
import { givenTo } from '../stores/admin-people.ts'
import { authenticateAdminToken } from '../stores/admin-tokens.ts'
import { accessSettings, verifyAccessToken, type AccessSettings } from './access-jwt.ts'

/** A shorter one can be guessed. */
const TOKEN_LENGTH_MIN = 16
const BEARER = /^Bearer ([^\s]+)$/i

export const SESSION_COOKIE = 'demarc_session'
const ACCESS_HEADER = 'cf-access-jwt-assertion'
const ACCESS_COOKIE = 'CF_Authorization'

/** Whoever holds the one token that opens everything. */
const TOKEN_HOLDER: Actor = { id: 'token:admin', kind: 'service', roles: ROLES, apps: [] }

/** Who is asking, and how that was proven. */
export type Identified = {
  readonly actor: Actor
  readonly via: AdminEvent['via']
  /** The browser adds the credential by itself, whichever page makes it send the request. */
  readonly ambient: boolean
}

/**
 * Why nobody is known. `closed`: there is no way in at all. `misconfigured`: Access is set up by halves. `unavailable`: the
 * keys of Access cannot be read.
 */
export type Unidentified = 'unauthenticated' | 'closed' | 'misconfigured' | 'unavailable'

/**
 * Who sends a request to the administration. The first credential that is there counts: a bearer token, then what Cloudflare
 * Access says, then the local session. A wrong one is not made good by the next.
 */
export async function identify(
  env: Env,
  request: Request,
  nowMs: number,
): Promise<Result<Identified, Unidentified>> {
  const authorization = request.headers.get('authorization')
  if (authorization !== null) {
    const [, presented = ''] = BEARER.exec(authorization) ?? []
    return asIdentified(await bearer(env, presented, nowMs), 'token', false)
  }
  const access = accessSettings(env)
  if (!access.ok && access.error === 'broken') return err('misconfigured')
  const cookies = request.headers.get('cookie') ?? undefined
  if (access.ok) {
    const token = request.headers.get(ACCESS_HEADER) ?? cookieNamed(cookies, ACCESS_COOKIE)
    if (token !== undefined) return await byAccess(env, access.value, token, nowMs)
  }
  const login = parseLocalLogin(variable(env, 'LOCAL_LOGIN') ?? '')
  if (login !== undefined && isLoopback(request.url)) {
    const cookie = cookieNamed(cookies, SESSION_COOKIE)
    const person = cookie === undefined ? undefined : openSession(login, cookie, nowMs)
    return person === undefined
      ? err('unauthenticated')
      : ok({ actor: person, via: 'session', ambient: true })
  }
  const isOpen = access.ok || (env.ADMIN_TOKEN ?? '').length >= TOKEN_LENGTH_MIN
  return err(isOpen ? 'unauthenticated' : 'closed')
}

async function byAccess(
  env: Env,
  settings: AccessSettings,
  token: string,
  nowMs: number,
): Promise<Result<Identified, Unidentified>> {
  const identity = await verifyAccessToken(settings, token, nowMs)
  if (!identity.ok) return identity
  const given = await givenTo(env, principalsOf(identity.value).principals)
  const actor = actorOf(identity.value, given)
  return ok({ actor, via: 'access', ambient: actor.kind === 'person' })
}

const asIdentified = (
  actor: Result<Actor, Unidentified>,
  via: Identified['via'],
  ambient: boolean,
): Result<Identified, Unidentified> => (actor.ok ? ok({ actor: actor.value, via, ambient }) : actor)

async function bearer(
  env: Env,
  presented: string,
  nowMs: number,
): Promise<Result<Actor, 'unauthenticated' | 'closed'>> {
  if (presented.startsWith('dma_')) return await authenticateAdminToken(env, presented, nowMs)
  const expected = env.ADMIN_TOKEN ?? ''
  if (expected.length < TOKEN_LENGTH_MIN) {
    return err(accessSettings(env).ok ? 'unauthenticated' : 'closed')
  }
  return isSame(presented, expected) ? ok(TOKEN_HOLDER) : err('unauthenticated')
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
