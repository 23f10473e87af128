import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { dispatch } from '../../scripts/demarc.ts'
import { POLICIES_DIRECTORY } from '../../scripts/lib/paths.ts'
import { fields, parseFields, type Fields } from '../upstreams/read.ts'
import { ask, decisionOf, openStage, post, settled, type Stage } from './harness.ts'

let stage: Stage
let stricter: string
beforeAll(async () => {
  stage = await openStage()
  stricter = await mkdtemp(join(tmpdir(), 'demarc-policies-'))
  await cp(POLICIES_DIRECTORY, stricter, { recursive: true })
  await writeFile(join(stricter, 'guardrails.yaml'), NOTHING_LEAVES)
  const asked = await Promise.all(REQUESTS.map(async (body) => await post(stage, body)))
  await settled(stage, asked.map(decisionOf))
})
afterAll(async () => {
  await stage.close()
  await rm(stricter, { recursive: true, force: true })
})

beforeEach(() => {
  vi.stubEnv('DEMARC_ADMIN_TOKEN', stage.local.secrets.adminToken)
  vi.spyOn(console, 'log').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const NOTHING_LEAVES = `guardrails:
  - id: nothing-to-anyone
    owner: compliance
    because: A test.
    level: enforce
    when: { level: [public] }
    never: {}
`
const PRIVATE_KEY = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEA7bq4'.repeat(8)}\n-----END RSA PRIVATE KEY-----`
const REQUESTS = [
  ask('Why is the sky blue?'),
  ask('Why is the sky blue?', { model: 'openai/gpt-5-nano' }),
  ask('Write to jane.roe@example-clinic.org about her visit on Monday.'),
  ask(PRIVATE_KEY),
  ask('Hi', { store: true }),
]

const said = (): Fields => parseFields(vi.mocked(console.log).mock.calls.flat().join('\n')) ?? {}
const run = async (...args: readonly string[]): Promise<number> =>
  await dispatch([...args, '--url', stage.local.url])

test('real traffic under the policy that decided it: nothing differs, and nothing is left out', async () => {
  expect(await run('policy', 'backtest', POLICIES_DIRECTORY, '--days', '1', '--json')).toBe(0)
  expect(said()).toMatchObject({
    requests: REQUESTS.length,
    skipped: {},
    newlyRefused: { count: 0 },
    newlyAllowed: { count: 0 },
    rerouted: { count: 0 },
    stale: false,
  })
})

test('a stricter draft says whom it would refuse, and what is bound to it', async () => {
  expect(await run('policy', 'backtest', stricter, '--days', '1')).toBe(1)
  const lines = vi.mocked(console.log).mock.calls.flat().join('\n')
  expect(lines).toMatch(/Newly refused: [1-9]/)
  expect(lines).toContain('nothing-to-anyone: 0 → ')
  expect(lines).toMatch(/^Backtest [0-9a-f]{64}: good until another policy is in force\.$/m)
})

test('a diff says how much of the real traffic each case is', async () => {
  await run('policy', 'diff', POLICIES_DIRECTORY, stricter, '--days', '1')
  const lines = vi.mocked(console.log).mock.calls.flat().join('\n')
  expect(lines).toMatch(/newly refused: public data .*\d %/)
  expect(lines).toContain(`Of ${REQUESTS.length} requests in the traffic`)
})

test('records are kept, held and erased from the command line', async () => {
  const headers = { 'demarc-tags': 'user=u-1, env=test' }
  await settled(stage, [decisionOf(await post(stage, ask('Hi'), { headers }))])
  expect(await run('retention', 'hold', '--reason', 'case 7', '--json')).toBe(0)
  const hold = String(said()['id'])
  const erase = ['retention', 'erase', '--subject', 'u-1'] as const
  expect(await run(...erase)).toBe(1)
  expect(await run('retention', 'release', hold, '--reason', 'closed')).toBe(0)
  expect(await run(...erase)).toBe(0)
  vi.mocked(console.log).mockClear()
  expect(await run('retention', 'status', '--json')).toBe(0)
  expect(fields(said()['keys'])).toEqual({ live: 0, destroyed: 1 })
  expect(await run('retention', 'status')).toBe(0)
  expect(await run('retention', 'set', join(POLICIES_DIRECTORY, 'retention.yaml'))).toBe(0)
})

test.each([
  ['a hold without a reason', ['hold']],
  ['a release of nothing', ['release', '--reason', 'x']],
  ['a release of what is not there', ['release', '4711', '--reason', 'x']],
  ['an erasure of nobody', ['erase']],
  ['something else', ['forget']],
  ['a file that is not there', ['set', 'no-such-file.yaml']],
])('%s cannot run', async (_name, args) => expect(await run('retention', ...args)).toBe(2))
