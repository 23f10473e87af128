import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { ROLES, type Actor } from './actor.ts'

/** The person at the machine that runs `npm start`. */
export const LOCAL_PERSON: Actor = {
  id: 'local@localhost',
  kind: 'person',
  roles: ROLES,
  apps: [],
}

/** What the variable LOCAL_LOGIN holds: until when its code may be used, the code's hash, and what signs sessions. */
export type LocalLogin = {
  readonly untilMs: number
  readonly codeHash: string
  readonly key: string
}

/** How long the printed address works. */
export const CODE_LIFE_MS = 15 * 60_000
/** A working day. */
export const SESSION_LIFE_MS = 12 * 3_600_000

const VALUE = /^(\d{1,15})\.([0-9a-f]{64})\.([A-Za-z0-9_-]{43,})$/

/** The variable for a code and a key that were drawn at random. */
export const localLoginValue = (code: string, key: string, nowMs: number): string =>
  `${nowMs + CODE_LIFE_MS}.${codeHashOf(code)}.${key}`

export function parseLocalLogin(value: string): LocalLogin | undefined {
  const [, untilMs, codeHash, key] = VALUE.exec(value) ?? []
  if (untilMs === undefined || codeHash === undefined || key === undefined) return undefined
  return { untilMs: Number(untilMs), codeHash, key }
}

/** Whether a code is the one that was printed, in time. Whether it was used before is not known here. */
export const isCode = (login: LocalLogin, code: string, nowMs: number): boolean =>
  same(codeHashOf(code), login.codeHash) && nowMs < login.untilMs

const Session = z.strictObject({ id: z.literal(LOCAL_PERSON.id), untilMs: z.int() })

/** The text of a session cookie: what it says, and a signature over that. */
export function sessionText(login: LocalLogin, nowMs: number): string {
  const body = JSON.stringify({ id: LOCAL_PERSON.id, untilMs: nowMs + SESSION_LIFE_MS })
  const text = Buffer.from(body).toString('base64url')
  return `${text}.${signature(login, text)}`
}

/** The person whom a session proves; undefined if it proves nothing. */
export function openSession(login: LocalLogin, cookie: string, nowMs: number): Actor | undefined {
  const [text = '', signed = '', ...rest] = cookie.split('.')
  if (rest.length > 0 || !same(signed, signature(login, text))) return undefined
  const session = Session.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  return session.success && nowMs < session.data.untilMs ? LOCAL_PERSON : undefined
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Whether a request was addressed to this machine itself, and not to a name that somebody made point at it. */
export const isLoopback = (url: string): boolean => LOOPBACK.has(new URL(url).hostname)

/** The value of a cookie among all that a request brought. */
export function cookieNamed(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

const codeHashOf = (code: string): string => createHash('sha256').update(code).digest('hex')

const signature = ({ key }: LocalLogin, text: string): string =>
  createHmac('sha256', key).update(`demarc-session:${text}`).digest('base64url')

const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
