import { expect, test } from 'vitest'
import { actorOf, Principal, principalsOf } from '../../src/access/principal.ts'

test.each([
  ['Ada@Example.com', 'ada@example.com'],
  ['group:Compliance Officers', 'group:Compliance Officers'],
  ['access:E367826F93B8.access', 'access:e367826f93b8.access'],
])('%s names a principal', (text, principal) => {
  expect(Principal.parse(text)).toBe(principal)
})

test.each([
  '',
  'ada',
  'token:admin',
  'group:',
  'access:',
  'a b@example.com',
  'token:ci@example.com',
])('%j names none', (text) => {
  expect(Principal.safeParse(text).success).toBe(false)
})

const ADA = { kind: 'person', email: 'Ada@Example.com', groups: ['Risk'] } as const

test('a person has what was given to their address and to their groups', () => {
  expect(principalsOf(ADA).principals).toEqual(['ada@example.com', 'group:Risk'])
  const given = [
    { roles: ['developer'], apps: ['search'] },
    { roles: ['officer', 'developer'], apps: ['chat', 'search'] },
  ] as const
  expect(actorOf(ADA, given)).toEqual({
    id: 'ada@example.com',
    kind: 'person',
    roles: ['officer', 'developer'],
    apps: ['chat', 'search'],
  })
})

test('whom nobody gave anything may do nothing', () => {
  expect(actorOf(ADA, []).roles).toEqual([])
  expect(actorOf({ kind: 'service', clientId: 'AB.access' }, [])).toEqual({
    id: 'access:ab.access',
    kind: 'service',
    roles: [],
    apps: [],
  })
})
