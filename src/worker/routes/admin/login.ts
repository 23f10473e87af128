import { Hono } from 'hono'
import {
  CODE_LIFE_MS,
  isCode,
  isLoopback,
  LOCAL_PERSON,
  parseLocalLogin,
  SESSION_LIFE_MS,
  sessionText,
} from '../../../access/local-login.ts'
import { variable } from '../../env.ts'
import type { AdminEnv } from '../../middleware/actor.ts'
import { recordAlone } from '../../middleware/admin-audit.ts'
import { SESSION_COOKIE } from '../../middleware/identify.ts'
import { secureHeaders } from '../../middleware/secure-headers.ts'
import { useLoginCode } from '../../stores/admin-login.ts'
import { adminError } from './input.ts'

/** Where somebody is taken who has logged in. */
const HOME = '/console'

/** Mounted at `/admin/login`. */
export const loginRoutes = new Hono<AdminEnv>()

/**
 * `GET /admin/login?code=…`, printed by `npm start`: takes a code that works once, and answers with a session of the person at
 * this machine. There is no such path where LOCAL_LOGIN is not set, nor under any name but this machine's own.
 */
loginRoutes.get('/', async (c) => {
  secureHeaders(c)
  const expected = parseLocalLogin(variable(c.env, 'LOCAL_LOGIN') ?? '')
  if (expected === undefined || !isLoopback(c.req.url)) return c.json(NO_LOGIN, 404)
  const nowMs = Date.now()
  const isGood =
    isCode(expected, c.req.query('code') ?? '', nowMs) &&
    (await useLoginCode(c.env, expected.codeHash, nowMs))
  if (!isGood) {
    return await recordAlone(c, { actor: { id: 'anonymous' }, via: 'none' }, c.json(USED, 401))
  }
  const lifeS = SESSION_LIFE_MS / 1000
  c.header(
    'set-cookie',
    `${SESSION_COOKIE}=${sessionText(expected, nowMs)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${lifeS}`,
  )
  return await recordAlone(c, { actor: LOCAL_PERSON, via: 'session' }, c.redirect(HOME, 303))
})

const NO_LOGIN = adminError('not_found', 'there is no local login here')
const USED = adminError(
  'unauthenticated',
  `this address works once, within ${CODE_LIFE_MS / 60_000} minutes: run "npm start" again for another`,
)
