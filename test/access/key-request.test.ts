import { expect, test } from 'vitest'
import { callerOf, ImportRequest, KeyRequest, RotateRequest } from '../../src/access/key-request.ts'
import { Caller } from '../../src/domain/caller.ts'

test('a key that asks for nothing special is a whole caller', () => {
  const caller = callerOf('k3j9x0a1b2c4', KeyRequest.parse({ team: 'search', app: 'assistant' }))
  expect(Caller.parse(caller)).toEqual(caller)
  expect(caller).toMatchObject({ tenant: 'default', costCentre: 'search', expiresAtMs: null })
})

test('what is asked for is what the caller gets', () => {
  const limits = { requestsPerMinute: 60, tokensPerMinute: 100_000, concurrency: 4 }
  const request = KeyRequest.parse({
    tenant: 'acme',
    team: 'search',
    app: 'assistant',
    costCentre: 'cc-4711',
    purpose: 'support',
    allowedModels: ['auto'],
    defaultLabel: { level: 'confidential' },
    defaultOutputTokens: 4096,
    strict: true,
    limits,
    expiresAtMs: 1,
  })
  expect(callerOf('k3j9x0a1b2c4', request)).toEqual({
    keyId: 'k3j9x0a1b2c4',
    ...request,
    defaultLabel: { level: 'confidential', categories: [], jurisdictions: [] },
  })
})

const SHA256 = 'AB'.repeat(32)

test.each([
  ['no team', KeyRequest, { app: 'a' }, ['team']],
  ['a team with spaces', KeyRequest, { team: 'a b', app: 'a' }, ['team']],
  [
    'a limit of 0',
    KeyRequest,
    { team: 't', app: 'a', limits: { concurrency: 0 } },
    ['limits', 'concurrency'],
  ],
  ['its own id', KeyRequest, { team: 't', app: 'a', keyId: 'mine' }, []],
  ['a hash that is too short', ImportRequest, { team: 't', app: 'a', sha256: 'ab' }, ['sha256']],
  ['an overlap without end', RotateRequest, { overlapSeconds: 1e9 }, ['overlapSeconds']],
  ['an overlap into the past', RotateRequest, { overlapSeconds: -1 }, ['overlapSeconds']],
])('refuses %s and names the field', (_name, schema, given, path) => {
  expect(schema.safeParse(given).error?.issues[0]?.path).toEqual(path)
})

test('an imported hash is read in either case', () => {
  const { sha256 } = ImportRequest.parse({ team: 't', app: 'a', sha256: SHA256 })
  expect(sha256).toBe(SHA256.toLowerCase())
})
