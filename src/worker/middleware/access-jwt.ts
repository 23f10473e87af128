import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import * as z from 'zod'
import type { Identity } from '../../access/principal.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { variable, type Env } from '../env.ts'

/** Where people log in: the team's domain, and which of its applications this is. */
export type AccessSettings = {
  readonly teamDomain: string
  readonly audiences: readonly string[]
  /** The claim that holds the names of a person's groups; undefined: groups count for nothing. */
  readonly groupsClaim: string | undefined
}

/** What Access signs with: docs "Validate JWTs" of Cloudflare One, read 2026-11-25. No other algorithm is looked at. */
const ALGORITHM = 'RS256'
/** How far the clocks of Access and of this Worker may be apart. */
const CLOCK_TOLERANCE_S = 30
/** A key set is used this long, so a key that was withdrawn works for no longer. */
const KEYS_LIFE_MS = 10 * 60_000
/** An unknown key id makes the set be read again, but not more often than this. */
const KEYS_COOLDOWN_MS = 30_000
const KEYS_TIMEOUT_MS = 5_000

const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/
const AUDIENCE = /^[A-Za-z0-9._-]{8,128}$/

/** The settings; `unset` if nobody wants Access, `broken` if they cannot be meant as they are. */
export function accessSettings(env: Env): Result<AccessSettings, 'unset' | 'broken'> {
  const teamDomain = variable(env, 'ACCESS_TEAM_DOMAIN')
  const audience = variable(env, 'ACCESS_AUD')
  if (teamDomain === undefined && audience === undefined) return err('unset')
  const audiences = (audience ?? '').split(',').map((name) => name.trim())
  if (!DOMAIN.test(teamDomain ?? '') || !audiences.every((name) => AUDIENCE.test(name))) {
    return err('broken')
  }
  const groupsClaim = variable(env, 'ACCESS_GROUPS_CLAIM')
  return ok({ teamDomain: teamDomain ?? '', audiences, groupsClaim })
}

/** Key sets by team, for the isolate's life: each keeps its own age. */
const keySets = new Map<string, JWTVerifyGetKey>()

function keysOf(teamDomain: string): JWTVerifyGetKey {
  const known = keySets.get(teamDomain)
  if (known !== undefined) return known
  const url = new URL(`https://${teamDomain}/cdn-cgi/access/certs`)
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: KEYS_LIFE_MS,
    cooldownDuration: KEYS_COOLDOWN_MS,
    timeoutDuration: KEYS_TIMEOUT_MS,
  })
  keySets.set(teamDomain, keys)
  return keys
}

/** Who a token of Access proves somebody to be. `unavailable`: the team's keys cannot be read, so nothing is proven. */
export async function verifyAccessToken(
  { teamDomain, audiences, groupsClaim }: AccessSettings,
  token: string,
  nowMs: number,
): Promise<Result<Identity, 'unauthenticated' | 'unavailable'>> {
  try {
    const { payload } = await jwtVerify(token, keysOf(teamDomain), {
      issuer: `https://${teamDomain}`,
      audience: [...audiences],
      algorithms: [ALGORITHM],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'iat'],
    })
    return identityOf(payload, groupsClaim)
  } catch (error) {
    return err(isUnproven(error) ? 'unauthenticated' : 'unavailable')
  }
}

/** The token is at fault, and not the way to the keys. */
const isUnproven = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  error.code !== 'ERR_JOSE_GENERIC' && // the key set came with another status than 200, or is no JSON
  error.code !== 'ERR_JWKS_TIMEOUT' &&
  error.code !== 'ERR_JWKS_INVALID'

const Claims = z.object({
  /** `app` for one application; `org` is the session with the team, which opens none. */
  type: z.literal('app').optional(),
  email: z.email().optional(),
  /** The client id of a service token. */
  common_name: z.string().min(1).optional(),
  custom: z.record(z.string(), z.unknown()).optional(),
})
const Groups = z.array(z.string())

function identityOf(
  payload: JWTPayload,
  groupsClaim: string | undefined,
): Result<Identity, 'unauthenticated'> {
  const claims = Claims.safeParse(payload)
  if (!claims.success) return err('unauthenticated')
  const { email, common_name: clientId, custom } = claims.data
  if (email !== undefined && clientId === undefined) {
    const claimed = groupsClaim === undefined ? [] : (payload[groupsClaim] ?? custom?.[groupsClaim])
    const groups = Groups.safeParse(claimed)
    return ok({ kind: 'person', email, groups: groups.success ? groups.data : [] })
  }
  if (clientId !== undefined && email === undefined) return ok({ kind: 'service', clientId })
  return err('unauthenticated') // nobody, or two at once
}
