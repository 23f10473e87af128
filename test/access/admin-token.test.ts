import { expect, test } from 'vitest'
import { PERMISSIONS, ROLES, may, type Actor } from '../../src/access/actor.ts'
import {
  AdminTokenRequest,
  cannotGive,
  newAdminToken,
  verifyAdminToken,
} from '../../src/access/admin-token.ts'

const NOW_MS = Date.UTC(2026, 10, 25)
const OWNER: Actor = { id: 'token:admin', kind: 'service', roles: ROLES, apps: [] }
const BYTES = new Uint8Array(40).map((_, at) => at)
const REQUEST = AdminTokenRequest.parse({ name: 'ci', roles: ['officer'], days: 30 })
const { token, record } = newAdminToken(REQUEST, OWNER, BYTES, NOW_MS)

test('a token proves the automation that it was made for, and says who made it', () => {
  expect(token).toMatch(/^dma_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/)
  expect(JSON.stringify(record)).not.toContain(token.slice(21))
  expect(verifyAdminToken(record, token, NOW_MS)).toEqual({
    ok: true,
    value: {
      id: 'token:ci',
      kind: 'service',
      roles: ['officer'],
      apps: [],
      madeBy: 'token:admin',
    },
  })
})

test.each([
  ['unknown', undefined, token, 0],
  ['of another secret', record, `${token.slice(0, -1)}x`, 0],
  ['revoked', { ...record, revokedAtMs: NOW_MS }, token, 0],
  ['expired', record, token, 30 * 86_400_000],
  ['empty', record, '', 0],
])('a token that is %s proves nothing', (_name, stored, presented, laterMs) => {
  expect(verifyAdminToken(stored, presented, NOW_MS + laterMs)).toEqual({
    ok: false,
    error: 'unauthenticated',
  })
})

test.each([
  [{ name: 'admin', roles: ['officer'] }, 'another name'],
  [{ name: 'CI', roles: ['officer'] }, 'lower-case'],
  [{ name: 'ci', roles: [] }, 'at least one role'],
  [{ name: 'ci', roles: ['owner'] }, 'some of officer'],
  [{ name: 'ci', roles: ['officer'], days: 367 }, ''],
  [{ name: 'ci', roles: ['officer'], tenant: 'x' }, ''],
])('%j is not a request for a token', (request, text) => {
  const parsed = AdminTokenRequest.safeParse(request)
  expect(parsed.success).toBe(false)
  expect(parsed.error?.issues[0]?.message).toContain(text)
})

test.each([
  ['all roles', ROLES, ['officer'], undefined],
  ['the role given', ['operator'], ['operator'], undefined],
  ['another role', ['operator'], ['officer', 'operator'], 'is not officer'],
  ['no right to give', ['officer'], ['officer'], 'admin.write'],
] as const)('who has %s may give what they have', (_name, roles, given, problem) => {
  const giver: Actor = { id: 'a@example.com', kind: 'person', roles, apps: [] }
  const refused = cannotGive(giver, [...given])
  if (problem === undefined) expect(refused).toBeUndefined()
  else expect(refused).toContain(problem)
})

/** The table of docs/administration.md. */
test.each([
  [
    'officer',
    'policy.read policy.draft policy.activate policy.emergency decisions.read audit.read retention.write',
  ],
  ['approver', 'policy.read policy.approve policy.emergency decisions.read audit.read'],
  ['auditor', 'policy.read decisions.read audit.read ledger.read keys.read'],
  ['finance', 'policy.read ledger.read ledger.write'],
  ['operator', 'policy.read policy.emergency keys.read keys.write admin.write'],
  ['developer', 'decisions.read'],
] as const)('%s may do just this', (role, rights) => {
  const actor: Actor = { id: 'a@example.com', kind: 'person', roles: [role], apps: [] }
  expect(PERMISSIONS.filter((name) => may(actor, name)).join(' ')).toBe(rights)
})
