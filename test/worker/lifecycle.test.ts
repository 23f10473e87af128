import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { authorityOf } from '../../src/worker/env.ts'
import { fields, text } from '../upstreams/read.ts'
import { mailOf, openOffice, type Answer, type Office, type Person, waiver } from './office.ts'

vi.setConfig({ testTimeout: 30_000 })

let office: Office
const by: Office['by'] = async (...call) => await office.by(...call)
/** Another way to decide, in front of the same data. */
const inGit = async (person: Person, method: string, path: string, sending?: unknown) =>
  await office.as({ POLICY_MODE: 'git' }).by(person, method, path, sending)

beforeAll(async () => {
  office = await openOffice({ POLICY_MODE: 'console' })
  expect(await by('olga', 'PUT', '', office.bundle)).toMatchObject({ status: 200 })
})
afterAll(() => {
  vi.restoreAllMocks()
})

const idIn = ({ body }: Answer): string => text(body['id']) ?? ''
const TIGHT = { budgets: [], routes: [] }
const begun = async (tables: object = {}): Promise<string> =>
  idIn(await by('olga', 'POST', '/drafts', { title: 'A draft', reason: 'A test.', tables }))

/** A draft that one more person has only to put in force. */
async function readyDraft(tables: object): Promise<string> {
  const id = await begun(tables)
  for (const step of ['check', 'backtest', 'submit'])
    expect(await by('olga', 'POST', `/drafts/${id}/${step}`, {})).toMatchObject({ status: 200 })
  const { body } = await by('olga', 'GET', `/drafts/${id}`)
  const { signs, needed } = fields(body['submission'])
  for (const person of needed === 2 ? (['anna', 'bert'] as const) : (['anna'] as const))
    await by(person, 'POST', `/drafts/${id}/approve`, { signs })
  return id
}

const guardrail = (id: string) => ({
  id,
  owner: 'compliance',
  because: 'A test.',
  level: 'enforce',
  when: {},
  never: { class: ['closed'] },
})
const tighter = (id: string) => ({ guardrails: [...office.bundle.guardrails, guardrail(id)] })

test.each([
  [
    'of what nobody may waive',
    { guardrail: 'restricted-stays-home' },
    'only a guardrail of level enforce',
  ],
  ['for longer than 90 days', { expires: '2027-12-31' }, '90 days'],
  [
    'that its author approves',
    { approvers: ['olga@bank.example', 'anna@bank.example'] },
    'two other people',
  ],
  [
    'for a team that nobody named',
    { when: { team: ['blue'] } },
    'team blue is not in attributes.yaml',
  ],
])('a waiver %s is refused', async (_name, more, problem) => {
  const refused = await by('olga', 'POST', '/waivers', waiver(more))
  expect(refused).toMatchObject({ status: 422 })
  expect(refused.message).toContain(problem)
})

test.each([
  ['olga', 'POST', '/drafts', { title: 'x' }, 422, 'reason: '],
  ['olga', 'POST', '/drafts', { title: 'x', reason: 'y', extra: 1 }, 422, 'extra'],
  ['olga', 'POST', '/drafts', { title: 'x', reason: 'y', tables: { rules: [] } }, 422, 'tables'],
  [
    'olga',
    'POST',
    '/drafts',
    { title: 'x', reason: 'y', tables: { guardrails: [{ id: 'a' }] } },
    422,
    'guardrails.0',
  ],
  [
    'olga',
    'POST',
    '/drafts',
    { title: 'x', reason: 'y', bundle: {}, tables: {} },
    422,
    'either a whole bundle',
  ],
  ['anna', 'POST', '/drafts', { title: 'x', reason: 'y' }, 403, 'policy.draft'],
  ['otto', 'POST', '/drafts/draft-2/approve', { signs: 'a'.repeat(64) }, 403, 'policy.approve'],
  ['olga', 'POST', '/drafts/draft-99/check', {}, 404, 'there is no draft draft-99'],
  ['olga', 'GET', '/drafts/draft-99', undefined, 404, 'no draft'],
  ['anna', 'POST', '/drafts/draft-99/approve', { signs: 'x' }, 422, 'signs: '],
  ['olga', 'POST', '/rollback', { version: 77, reason: 'x' }, 404, 'history'],
  ['olga', 'POST', '/rollback', { reason: 'x' }, 422, 'version, reason'],
  ['olga', 'POST', '/emergency-stop', { target: 'everything', reason: 'x' }, 422, 'target'],
  ['olga', 'POST', '/emergency-stop', { target: 'third-parties' }, 422, 'reason: '],
  [
    'olga',
    'POST',
    '/emergency-stop/stop-nothing/lift',
    { reason: 'x' },
    409,
    'no emergency stop stop-nothing',
  ],
  ['olga', 'GET', `/releases/${'a'.repeat(64)}`, undefined, 404, 'no release'],
] as const)(
  '%s: %s %s with %j says what is accepted',
  async (person, method, path, body, status, words) => {
    const answer = await by(person, method, path, body)
    expect([answer.status, answer.message]).toEqual([status, expect.stringContaining(words)])
  },
)

test('what is tightened needs one person, and comes into force on its date', async () => {
  const id = await readyDraft(tighter('no-closed-models'))
  const at = new Date(Date.now() + 3_600_000).toISOString()
  const planned = await by('olga', 'POST', `/drafts/${id}/activate`, { at })
  expect(planned.body).toMatchObject({
    state: 'scheduled',
    scheduledFor: at,
    submission: { change: 'tightened', needed: 1 },
  })
  expect(await by('olga', 'PUT', `/drafts/${id}`, { revision: 1, tables: TIGHT })).toMatchObject({
    status: 409,
    code: 'wrong_state',
  })
  office.letPass(3_600_001)
  await runDurableObjectAlarm(authorityOf(office.env, 'default'))
  const { body } = await by('olga', 'GET', `/drafts/${id}`)
  expect(body).toMatchObject({ state: 'active', activatedAt: expect.any(String) as unknown })
  expect((await by('olga', 'GET', '/status')).body).toMatchObject({
    inForce: { hash: body['hash'], version: 2 },
  })
})

test('a date that another release has overtaken is missed, and says so', async () => {
  const id = await readyDraft({ guardrails: office.bundle.guardrails })
  const at = new Date(Date.now() + 3_600_000).toISOString()
  await by('olga', 'POST', `/drafts/${id}/activate`, { at })
  const stop = { target: { class: 'hosted' }, reason: 'A breach.' }
  expect(await by('otto', 'POST', '/emergency-stop', stop)).toMatchObject({ status: 201 })
  office.letPass(3_600_001)
  await runDurableObjectAlarm(authorityOf(office.env, 'default'))
  expect((await by('olga', 'GET', `/drafts/${id}`)).body).toMatchObject({
    state: 'approved',
    stale: true,
    scheduledFor: null,
  })
  expect((await by('olga', 'GET', '/emergency-stop')).body).toMatchObject({
    stops: [{ stop: 'stop-class-hosted', reason: 'A breach.' }],
  })
  expect(await by('olga', 'POST', `/drafts/${id}/activate`, {})).toMatchObject({
    status: 409,
    code: 'stale',
  })
})

test('a planned release that is withdrawn does not come', async () => {
  const id = await readyDraft({ prices: [] })
  const at = new Date(Date.now() + 3_600_000).toISOString()
  await by('olga', 'POST', `/drafts/${id}/activate`, { at })
  expect(await by('olga', 'POST', `/drafts/${id}/withdraw`, { reason: 'No.' })).toMatchObject({
    status: 200,
    body: { state: 'withdrawn' },
  })
  const before = (await by('olga', 'GET', '/status')).body['inForce']
  office.letPass(3_600_001)
  await runDurableObjectAlarm(authorityOf(office.env, 'default'))
  expect((await by('olga', 'GET', '/status')).body['inForce']).toEqual(before)
})

test('a rejection says why, and takes the approvals with it', async () => {
  const id = await readyDraft({ prices: [] })
  const rejected = await by('bert', 'POST', `/drafts/${id}/reject`, {
    reason: 'Prices are missing.',
  })
  expect(rejected.body).toMatchObject({
    state: 'backtested',
    approvals: [],
    rejected: { by: mailOf('bert'), reason: 'Prices are missing.' },
  })
})

test('two who approve at the same moment count as two', async () => {
  const id = await begun({ guardrails: [] })
  for (const step of ['check', 'backtest']) await by('olga', 'POST', `/drafts/${id}/${step}`, {})
  expect((await by('olga', 'POST', `/drafts/${id}/submit`, {})).code).toBe('does_not_hold')
  const open = await readyDraft({ invariants: office.bundle.invariants.slice(1) })
  const { body } = await by('olga', 'GET', `/drafts/${open}`)
  expect(body).toMatchObject({
    state: 'approved',
    submission: { because: expect.arrayContaining(['an invariant is changed']) as unknown },
  })
  await by('olga', 'POST', `/drafts/${open}/backtest`, {})
  await by('olga', 'POST', `/drafts/${open}/submit`, {})
  const again = await by('olga', 'GET', `/drafts/${open}`)
  const { signs } = fields(again.body['submission'])
  expect(again.body).toMatchObject({ state: 'submitted', approvals: [] })
  await Promise.all(
    (['anna', 'bert'] as const).map((person) =>
      by(person, 'POST', `/drafts/${open}/approve`, { signs }),
    ),
  )
  expect((await by('olga', 'GET', `/drafts/${open}`)).body).toMatchObject({ state: 'approved' })
})

test('where a repository decides, drafts are refused and stops outlive its next release', async () => {
  for (const [method, path, body] of [
    ['POST', '/drafts', { title: 'x', reason: 'y' }],
    ['POST', '/drafts/draft-2/submit', {}],
    ['POST', '/drafts/draft-2/activate', {}],
    ['POST', '/rollback', { version: 1, reason: 'x' }],
    ['POST', '/waivers', waiver()],
  ] as const) {
    expect([path, (await inGit('olga', method, path, body)).code]).toEqual([path, 'git_mode'])
  }
  const stop = { target: 'third-parties', reason: 'A breach.' }
  const stopped = await inGit('otto', 'POST', '/emergency-stop', stop)
  expect(stopped.body).toMatchObject({ repository: { guardrail: { id: 'stop-third-parties' } } })
  const refused = await inGit('olga', 'PUT', '', office.bundle)
  expect(refused).toMatchObject({ status: 409, code: 'stopped' })
  expect(refused.message).toContain('?lift=stop-third-parties')
  const half = await inGit('olga', 'PUT', '?lift=stop-third-parties', office.bundle)
  expect(half).toMatchObject({ status: 409, code: 'stopped' })
  const both = '?lift=stop-third-parties,stop-class-hosted'
  expect(await inGit('olga', 'PUT', both, office.bundle)).toMatchObject({
    status: 200,
    body: { change: 'loosened' },
  })
  expect(await inGit('olga', 'PUT', '', office.bundle)).toMatchObject({
    status: 200,
    body: { change: 'same-meaning' },
  })
})

test('a mode that nobody knows stops everything that depends on it', async () => {
  const answer = await office
    .as({ POLICY_MODE: 'both' })
    .by('olga', 'POST', '/drafts', { title: 'x', reason: 'y' })
  expect(answer.status).toBe(500)
})

test('a release is exported as it was written', async () => {
  const sources = { 'prices.yaml': '# Prices, by the list of today.\nprices: []\n' }
  const made = await by('olga', 'POST', '/drafts', {
    title: 'x',
    reason: 'y',
    tables: { prices: [] },
    sources,
  })
  const { body } = await by('olga', 'GET', `/drafts/${idIn(made)}/bundle`)
  expect(body).toMatchObject({ hash: made.body['hash'], sources, bundle: { prices: [] } })
})
