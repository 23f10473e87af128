import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Role } from '../../src/access/actor.ts'
import { Bundle } from '../../src/policy/schema.ts'
import worker from '../../src/worker/index.ts'
import { variable, type Env } from '../../src/worker/env.ts'
import { putRoles } from '../../src/worker/stores/admin-people.ts'
import { createKey } from '../../src/worker/stores/key-admin.ts'
import { migratedEnv } from './database.ts'

const TEAM = 'officers-week.cloudflareaccess.com'
const AUD = 'audience-of-the-console'
const DAY_MS = 86_400_000

/** Who works at the bank: what each may do is what the roles say. */
const PEOPLE: Readonly<Record<string, Role>> = {
  olga: 'officer',
  anna: 'approver',
  bert: 'approver',
  carl: 'approver',
  otto: 'operator',
}
type Person = 'olga' | 'anna' | 'bert' | 'carl' | 'otto'
const mailOf = (person: string): string => `${person}@bank.example`

let env: Env
let key = ''
let keys: Awaited<ReturnType<typeof generateKeyPair>>
let bundle: Bundle
/** How far the clock of this test is ahead of the world's. */
let aheadMs = 0
/** Hosts that models were asked at. */
let sent: string[] = []

beforeAll(async () => {
  const { AI: _unreachable, ...bindings } = await migratedEnv()
  env = { ...bindings, POLICY_MODE: 'console', ACCESS_TEAM_DOMAIN: TEAM, ACCESS_AUD: AUD }
  keys = await generateKeyPair('RS256', { extractable: true })
  for (const [person, role] of Object.entries(PEOPLE))
    await putRoles(env, mailOf(person), { roles: [role], apps: [] }, 'test', 0)
  const policy = Bundle.parse(JSON.parse(variable(env, 'TEST_BUNDLE') ?? ''))
  bundle = { ...policy, attributes: { ...policy.attributes, teams: ['red'] } }
  key = (await createKey(env, { team: 'red', app: 'desk' }, Date.now())).key
  const now = Date.now.bind(Date)
  vi.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs)
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const url = new URL(input instanceof Request ? input.url : input.toString())
    if (url.hostname === TEAM) return Response.json({ keys: [await publicKey()] })
    sent.push(url.hostname)
    return Response.json(REPLY)
  })
})
afterAll(() => {
  vi.restoreAllMocks()
})

const publicKey = async () => ({
  ...(await exportJWK(keys.publicKey)),
  kid: 'one',
  alg: 'RS256',
  use: 'sig',
})

const REPLY = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
}

async function call(request: Request): Promise<Response> {
  const ctx = createExecutionContext()
  const response = await worker.fetch(request, env, ctx)
  await response.clone().text()
  await waitOnExecutionContext(ctx)
  return response
}

type Answer = {
  readonly status: number
  readonly body: Record<string, any>
  readonly code: string | undefined
  readonly message: string
}

/** A call of the admin API by a person who has logged in. */
async function by(
  person: Person,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const nowS = Math.floor(Date.now() / 1000)
  const token = await new SignJWT({ email: mailOf(person), type: 'app' })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(`https://${TEAM}`)
    .setAudience(AUD)
    .setSubject(person)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + 600)
    .sign(keys.privateKey)
  const response = await call(
    new Request(`https://demarc.test/admin/api/policy${path}`, {
      method,
      headers: {
        'cf-access-jwt-assertion': token,
        origin: 'https://demarc.test',
        'demarc-csrf': '1',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
  const read = await response.json<Record<string, any>>()
  const { code, message = '' } = read['error'] ?? {}
  return { status: response.status, body: read, code, message }
}

/** What an app gets: where its request went, or the rule that refused it. */
async function ask(model: string, label = 'public'): Promise<string> {
  sent = []
  const response = await call(
    new Request('https://demarc.test/v1/chat/completions', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'demarc-label': label,
      },
      body: JSON.stringify({
        model,
        max_tokens: 100,
        messages: [{ role: 'user', content: 'What is a demarcation point?' }],
      }),
    }),
  )
  const text = await response.text()
  if (response.status === 200) return sent.join()
  const { error } = JSON.parse(text) as { error: { message: string } }
  expect(sent).toEqual([])
  return `${response.status} ${error.message}`
}

const FIREWORKS = 'api.fireworks.ai'
const TOGETHER = 'api.together.ai'
/** Refusals rest on what an isolate believes to be in force, for ten seconds at most; what is sent never does. */
const letIsolatesLookAgain = (): void => {
  aheadMs += 10_001
}

async function activate(draft: string): Promise<Answer> {
  const answer = await by('olga', 'POST', `/drafts/${draft}/activate`, {})
  letIsolatesLookAgain()
  return answer
}

const dayAfter = (days: number): string =>
  new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)

/** Takes a draft through what everybody agrees on. */
async function approve(draft: string, ...people: Person[]): Promise<Answer[]> {
  const { body } = await by('olga', 'GET', `/drafts/${draft}`)
  const { signs } = body['submission']
  const answers: Answer[] = []
  for (const person of people)
    answers.push(await by(person, 'POST', `/drafts/${draft}/approve`, { signs }))
  return answers
}

let draft = ''

test('the first policy is put; from then on people decide by drafts', async () => {
  expect(await by('olga', 'PUT', '', bundle)).toMatchObject({ status: 200 })
  expect(await by('olga', 'PUT', '', bundle)).toMatchObject({ status: 409, code: 'console_mode' })
  expect(await ask('fireworks/glm-5')).toBe(FIREWORKS)
  expect(await ask('fireworks/glm-5', 'confidential')).toContain('confidential-needs-contract')
  expect(await ask('together/glm-5', 'confidential')).toContain('403')
})

test('Monday: a draft that breaks an invariant cannot be submitted, and says in words why', async () => {
  const begun = await by('olga', 'POST', '/drafts', {
    title: 'Contract with Fireworks',
    reason: 'The contract is on its way.',
    ticket: 'RISK-1',
    tables: {
      guardrails: bundle.guardrails.filter(({ id }) => id !== 'restricted-stays-home'),
      routes: bundle.routes.map((route) =>
        route.id === 'restricted' ? { ...route, prefer: ['cheapest'] } : route,
      ),
    },
  })
  expect(begun).toMatchObject({ status: 201, body: { state: 'draft', revision: 1, stale: false } })
  draft = begun.body['id']
  expect(await by('olga', 'POST', `/drafts/${draft}/submit`, {})).toMatchObject({
    status: 409,
    code: 'not_checked',
  })
  const checked = await by('olga', 'POST', `/drafts/${draft}/check`, {})
  expect(checked.body).toMatchObject({ state: 'checked', check: { holds: false, errors: 1 } })
  expect(checked.body['review'].findings[0].problem).toMatch(
    /^restricted-never-third-party does not hold\..* But restricted data .* may go to /,
  )
  expect(await by('olga', 'POST', `/drafts/${draft}/submit`, {})).toMatchObject({
    status: 422,
    code: 'does_not_hold',
  })
})

const fixed = () => ({
  tables: {
    guardrails: bundle.guardrails.map((one) =>
      one.id === 'confidential-needs-contract' ? { ...one, level: 'simulate' } : one,
    ),
    routes: bundle.routes,
  },
})

test('it is mended over the revision that was read, and no other', async () => {
  const path = `/drafts/${draft}`
  expect((await by('olga', 'PUT', path, fixed())).status).toBe(428)
  const other = await by('olga', 'PUT', path, fixed(), { 'if-match': '"7"' })
  expect(other).toMatchObject({ status: 412, code: 'revision_moved' })
  const saved = await by('olga', 'PUT', path, fixed(), { 'if-match': '"1"' })
  expect(saved).toMatchObject({ status: 200, body: { state: 'draft', revision: 2 } })
  const checked = await by('olga', 'POST', `${path}/check`, {})
  expect(checked.body).toMatchObject({ check: { holds: true, current: true } })
})

test('Tuesday: the traffic of the week is decided again under it', async () => {
  const early = await by('olga', 'POST', `/drafts/${draft}/submit`, {})
  expect(early).toMatchObject({ status: 409, code: 'not_backtested' })
  const tested = await by('olga', 'POST', `/drafts/${draft}/backtest`, { days: 7 })
  expect(tested.body).toMatchObject({
    state: 'backtested',
    report: { requests: 3, newlyAllowed: { count: 0 }, newlyRefused: { count: 0 } },
  })
})

test('what is loosened needs two people, and never who wrote it', async () => {
  const submitted = await by('olga', 'POST', `/drafts/${draft}/submit`, {})
  expect(submitted.body).toMatchObject({
    state: 'submitted',
    submission: { change: 'loosened', needed: 2, left: 2, named: [] },
  })
  const { body: diff } = await by('anna', 'GET', `/drafts/${draft}/diff`)
  expect(diff['report'].differences[0].problem).toMatch(
    /^newly allowed: confidential data .*fireworks/,
  )
  expect(diff['report'].traffic).toMatchObject({ requests: 3 })

  const [own] = await approve(draft, 'olga')
  expect(own).toMatchObject({ status: 403, code: 'forbidden' })
  await putRoles(env, mailOf('olga'), { roles: ['officer', 'approver'], apps: [] }, 'test', 0)
  const [ownWithRole, first, again] = await approve(draft, 'olga', 'anna', 'anna')
  expect(ownWithRole).toMatchObject({ status: 403, code: 'own_draft' })
  expect(first).toMatchObject({
    status: 200,
    body: { state: 'submitted', submission: { left: 1 } },
  })
  expect(again).toMatchObject({ status: 409, code: 'already_approved' })
  const early = await by('olga', 'POST', `/drafts/${draft}/activate`, {})
  expect(early).toMatchObject({ status: 409, code: 'approvals_missing' })
  const unread = await by('bert', 'POST', `/drafts/${draft}/approve`, { signs: 'a'.repeat(64) })
  expect(unread).toMatchObject({ status: 409, code: 'other_hash' })
  const [second] = await approve(draft, 'bert')
  expect(second?.body).toMatchObject({ state: 'approved', submission: { left: 0 } })
})

test('Wednesday: in the shadow it applies to nothing, and is compared with everything', async () => {
  const shadowed = await by('olga', 'POST', `/drafts/${draft}/shadow`, {})
  expect(shadowed.body).toMatchObject({ shadow: true, state: 'approved' })
  expect(await ask('fireworks/glm-5', 'confidential')).toContain('confidential-needs-contract')
  const { body } = await by('olga', 'GET', '/shadow')
  expect(body).toMatchObject({ hash: shadowed.body['hash'], requests: 1 })
})

test('Thursday: it is put in force, everywhere since a moment that is on record', async () => {
  const active = await activate(draft)
  expect(active.body).toMatchObject({
    state: 'active',
    shadow: false,
    activation: { state: 'everywhere', version: 2 },
  })
  const { body } = await by('olga', 'GET', '/in-force')
  expect(body).toMatchObject({ version: 2, hash: active.body['hash'] })
  expect(Date.parse(body['everywhereSince'])).not.toBeNaN()
  expect(await ask('fireworks/glm-5', 'confidential')).toBe(FIREWORKS)
  expect(await ask('together/glm-5', 'confidential')).toContain('confidential-thirty-days')
})

const waiver = (more: object = {}) => ({
  waiver: {
    id: 'pilot',
    guardrail: 'confidential-thirty-days',
    ticket: 'RISK-2',
    because: 'Pilot with consent on file.',
    approvers: [mailOf('anna'), mailOf('bert')],
    when: { team: ['red'] },
    to: { class: ['hosted'] },
    from: dayAfter(0),
    expires: dayAfter(2),
    ...more,
  },
})

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

test('a waiver takes the two people whom it names, and ends by its date', async () => {
  const proposed = await by('olga', 'POST', '/waivers', waiver())
  expect(proposed.body).toMatchObject({
    kind: 'waiver',
    state: 'submitted',
    submission: { change: 'loosened', needed: 2, named: [mailOf('anna'), mailOf('bert')] },
  })
  const id = proposed.body['id']
  const [stranger, , second] = await approve(id, 'carl', 'anna', 'bert')
  expect(stranger).toMatchObject({ status: 403, code: 'not_named' })
  expect(second?.body).toMatchObject({ state: 'approved' })
  expect(await ask('together/glm-5', 'confidential')).toContain('confidential-thirty-days')
  await activate(id)
  expect(await ask('together/glm-5', 'confidential')).toBe(TOGETHER)
  const { body } = await by('anna', 'GET', '/waivers')
  expect(body['waivers']).toMatchObject([{ id: 'pilot', state: 'open', daysLeft: 2 }])

  aheadMs += 2 * DAY_MS
  expect(await ask('together/glm-5', 'confidential')).toContain('confidential-thirty-days')
  expect((await by('anna', 'GET', '/waivers')).body['waivers']).toMatchObject([
    { state: 'expired' },
  ])
  expect(await ask('fireworks/glm-5', 'confidential')).toBe(FIREWORKS)
})

test('Friday night: one person stops a destination, at once, and it can only forbid', async () => {
  const open = await by('olga', 'POST', '/drafts', { title: 'Next', reason: 'Later.', ...fixed() })
  const stop = { target: { destination: 'fireworks' }, reason: 'They report a breach.' }
  expect(
    await by('anna', 'POST', '/emergency-stop', { ...stop, target: { destination: 'nobody' } }),
  ).toMatchObject({
    status: 409,
    message: expect.stringContaining('no destination nobody') as string,
  })
  const stopped = await by('otto', 'POST', '/emergency-stop', stop)
  expect(stopped).toMatchObject({
    status: 201,
    body: {
      stop: 'stop-to-fireworks',
      sentence: 'Never send any data to destinations named fireworks.',
      destinations: ['fireworks'],
      change: 'tightened',
      activation: { state: 'everywhere', version: 4 },
    },
  })
  expect(await ask('fireworks/glm-5', 'confidential')).toContain('stop-to-fireworks')
  expect(await ask('fireworks/glm-5')).toContain('stop-to-fireworks')
  expect(await ask('auto')).not.toContain('fireworks')
  expect(await by('otto', 'POST', '/emergency-stop', stop)).toMatchObject({ status: 409 })

  // What was begun before is stale, and carried over it keeps the stop.
  const path = `/drafts/${open.body['id']}`
  expect((await by('olga', 'GET', path)).body).toMatchObject({ stale: true })
  const rebased = await by('olga', 'POST', `${path}/rebase`)
  expect(rebased.body).toMatchObject({ stale: false, revision: 2 })
  const { body } = await by('olga', 'GET', `${path}/bundle`)
  expect(body['bundle'].guardrails[0].id).toBe('stop-to-fireworks')
})

test('lifting a stop is loosening like any other: withdrawn, it is not lifted', async () => {
  const lift = await by('olga', 'POST', '/emergency-stop/stop-to-fireworks/lift', {
    reason: 'All clear.',
  })
  expect(lift.body).toMatchObject({
    kind: 'lift',
    submission: {
      change: 'loosened',
      needed: 2,
      because: expect.arrayContaining(['the emergency stop stop-to-fireworks ends']) as string[],
    },
  })
  const withdrawn = await by('olga', 'POST', `/drafts/${lift.body['id']}/withdraw`, {
    reason: 'Not yet.',
  })
  expect(withdrawn.body).toMatchObject({ state: 'withdrawn', next: [] })
  expect(await ask('fireworks/glm-5')).toContain('stop-to-fireworks')
})

test('a rollback is a new release of an old hash, and loosens what it loosens', async () => {
  const { body: history } = await by('olga', 'GET', '/history')
  const versions: { version: number; hash: string }[] = history['versions']
  const back = await by('olga', 'POST', '/rollback', { version: 1, reason: 'Begin again.' })
  expect(back.body).toMatchObject({
    hash: versions.at(-1)?.hash,
    submission: { change: 'loosened', needed: 2 },
  })
  const id = back.body['id']
  await approve(id, 'anna', 'carl')
  const active = await activate(id)
  expect(active.body).toMatchObject({ state: 'active', activation: { version: 5 } })
  expect(await ask('fireworks/glm-5')).toBe(FIREWORKS)
  expect(await ask('fireworks/glm-5', 'confidential')).toContain('confidential-needs-contract')
  expect((await by('olga', 'GET', `/drafts/${draft}`)).body).toMatchObject({ state: 'superseded' })
})
