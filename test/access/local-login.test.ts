import { expect, test } from 'vitest'
import {
  CODE_LIFE_MS,
  cookieNamed,
  isCode,
  isLoopback,
  LOCAL_PERSON,
  localLoginValue,
  openSession,
  parseLocalLogin,
  SESSION_LIFE_MS,
  sessionText,
} from '../../src/access/local-login.ts'

const NOW_MS = Date.UTC(2026, 10, 25)
const KEY = 'k'.repeat(43)
const CODE = 'c'.repeat(43)
const value = localLoginValue(CODE, KEY, NOW_MS)

function parsed(text: string) {
  const login = parseLocalLogin(text)
  if (login === undefined) throw new Error('the value is not read')
  return login
}
const login = parsed(value)
const session = sessionText(login, NOW_MS)

test('the variable does not hold the code', () => {
  expect(value).not.toContain(CODE)
})

test.each([
  ['the printed code in time', CODE, 0, true],
  ['the printed code too late', CODE, CODE_LIFE_MS, false],
  ['another code', `${CODE.slice(1)}x`, 0, false],
  ['no code', '', 0, false],
])('%s', (_name, code, laterMs, isGood) => {
  expect(isCode(login, code, NOW_MS + laterMs)).toBe(isGood)
})

test.each(['', 'x', `${NOW_MS}.abc.${KEY}`, `${NOW_MS}.${'0'.repeat(64)}.short`])(
  'a variable such as %j allows no login',
  (text) => {
    expect(parseLocalLogin(text)).toBeUndefined()
  },
)

test('a session proves the person at this machine, for a working day', () => {
  expect(openSession(login, session, NOW_MS)).toEqual(LOCAL_PERSON)
  expect(openSession(login, session, NOW_MS + SESSION_LIFE_MS - 1)).toEqual(LOCAL_PERSON)
})

const [text = '', signed = ''] = session.split('.')
const forged = Buffer.from(JSON.stringify({ id: 'local@localhost', untilMs: NOW_MS * 2 })).toString(
  'base64url',
)

test.each([
  ['too late', session, SESSION_LIFE_MS],
  [
    'signed with another key',
    sessionText(parsed(localLoginValue(CODE, 'l'.repeat(43), 0)), NOW_MS),
    0,
  ],
  ['changed', `${forged}.${signed}`, 0],
  ['unsigned', `${text}.`, 0],
  ['only text', text, 0],
  ['with more behind it', `${session}.x`, 0],
  ['empty', '', 0],
])('a session that is %s proves nothing', (_name, cookie, laterMs) => {
  expect(openSession(login, cookie, NOW_MS + laterMs)).toBeUndefined()
})

test.each([
  ['http://127.0.0.1:8787/admin', true],
  ['http://localhost/admin', true],
  ['http://[::1]:8787/admin', true],
  ['http://127.0.0.1.evil.example/admin', false],
  ['https://demarc.example/admin', false],
])('%s is this machine: %j', (url, isSo) => {
  expect(isLoopback(url)).toBe(isSo)
})

test.each([
  ['a=1; demarc_session=x.y', 'x.y'],
  ['demarc_session=x=y', 'x=y'],
  ['not_demarc_session=x', undefined],
  ['', undefined],
])('of the cookies %j it takes %j', (header, expected) => {
  expect(cookieNamed(header, 'demarc_session')).toBe(expected)
})
