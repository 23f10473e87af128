import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { dispatch } from '../../scripts/demarc.ts'
import { startLocal, type Local } from '../../scripts/lib/local.ts'
import { POLICIES_DIRECTORY } from '../../scripts/lib/paths.ts'

let local: Local
let weakened: string

beforeAll(async () => {
  local = await startLocal({})
  weakened = await mkdtemp(join(tmpdir(), 'demarc-policies-'))
  await cp(POLICIES_DIRECTORY, weakened, { recursive: true })
  await writeFile(join(weakened, 'guardrails.yaml'), 'guardrails: []\n')
  await writeFile(
    join(weakened, 'routes.yaml'),
    'routes: [{ id: anywhere, owner: nobody, because: A test., when: {}, prefer: [cheapest] }]\n',
  )
})

afterAll(async () => {
  await rm(weakened, { recursive: true, force: true })
  await local.close()
})

beforeEach(() => {
  vi.stubEnv('DEMARC_ADMIN_TOKEN', local.secrets.adminToken)
  vi.spyOn(console, 'log').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const push = async (...args: readonly string[]): Promise<number> =>
  await dispatch(['policy', 'push', ...args, '--url', local.url])

const said = (stream: 'log' | 'error'): string =>
  vi.mocked(console[stream]).mock.calls.flat().join('\n')

async function inForce(tenant: string): Promise<unknown> {
  const response = await local.admin('GET', `/admin/api/policy?tenant=${tenant}`)
  const answer: unknown = await response.json()
  return typeof answer === 'object' && answer !== null && 'hash' in answer ? answer.hash : undefined
}

test('a policy that holds is put in force under the hash that is printed', async () => {
  expect(await push()).toBe(0)
  expect(said('log')).toMatch(/^[0-9a-f]{64}$/)
  expect(await inForce('default')).toBe(said('log'))
})

test('each tenant has its own', async () => {
  expect(await push('--tenant', 'subsidiary')).toBe(0)
  expect(await inForce('subsidiary')).toBe(said('log'))
  expect(await inForce('nobody')).toBeUndefined()
})

test('a policy that breaks an invariant is not sent', async () => {
  expect(await push(weakened, '--tenant', 'weak')).toBe(1)
  expect(said('error')).toContain('restricted-never-third-party does not hold')
  expect(said('log')).toBe('')
  expect(await inForce('weak')).toBeUndefined()
})

test('a file that is no policy is not sent', async () => {
  const file = join(weakened, 'bundle.json')
  await writeFile(file, await readFile(join(weakened, 'schema/routes.schema.json'), 'utf8'))
  expect(await push(file, '--tenant', 'none')).toBe(1)
  expect(await inForce('none')).toBeUndefined()
})

test.each([
  ['a wrong admin token', 'not-the-token-of-this-server', '401'],
  ['no admin token', '', 'set DEMARC_ADMIN_TOKEN'],
])('%s puts nothing in force', async (_name, token, problem) => {
  vi.stubEnv('DEMARC_ADMIN_TOKEN', token)
  expect(await push('--tenant', 'closed')).toBe(2)
  expect(said('error')).toContain(problem)
  expect(await inForce('closed')).toBeUndefined()
})
