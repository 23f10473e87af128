import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fields, list, text } from '../upstreams/read.ts'
import { mailOf, openOffice, type Answer, type Office, type Person, waiver } from './office.ts'

const DAY_MS = 86_400_000
/** Every request to a model is settled, which takes up to a second. */
vi.setConfig({ testTimeout: 30_000 })

let office: Office
const by: Office['by'] = async (...call) => await office.by(...call)
const ask: Office['ask'] = async (...asked) => await office.ask(...asked)

beforeAll(async () => {
  office = await openOffice({ POLICY_MODE: 'console' })
})
afterAll(() => {
  vi.restoreAllMocks()
})

const FIREWORKS = 'api.fireworks.ai'
const TOGETHER = 'api.together.ai'
/** Refusals rest on what an isolate believes to be in force, for ten seconds at most; what is sent never does. */
const letIsolatesLookAgain = (): void => {
  office.letPass(10_001)
}

async function activate(draft: string): Promise<Answer> {
  const answer = await by('olga', 'POST', `/drafts/${draft}/activate`, {})
  letIsolatesLookAgain()
  return answer
}

/** Takes a draft through what everybody agrees on. */
async function approve(draft: string, ...people: Person[]): Promise<Answer[]> {
  const { body } = await by('olga', 'GET', `/drafts/${draft}`)
  const { signs } = fields(body['submission'])
  const answers: Answer[] = []
  for (const person of people)
    answers.push(await by(person, 'POST', `/drafts/${draft}/approve`, { signs }))
  return answers
}

const idIn = ({ body }: Answer): string => text(body['id']) ?? ''
/** The problem of the first of some findings or differences. */
const firstProblem = (found: unknown): string | undefined => text(fields(list(found)[0])['problem'])

let draft = ''

test('the first policy is put; from then on people decide by drafts', async () => {
  expect(await by('olga', 'PUT', '', office.bundle)).toMatchObject({ status: 200 })
  expect(await by('olga', 'PUT', '', office.bundle)).toMatchObject({
    status: 409,
    code: 'console_mode',
  })
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
      guardrails: office.bundle.guardrails.filter(({ id }) => id !== 'restricted-stays-home'),
      routes: office.bundle.routes.map((route) =>
        route.id === 'restricted' ? { ...route, prefer: ['cheapest'] } : route,
      ),
    },
  })
  expect(begun).toMatchObject({ status: 201, body: { state: 'draft', revision: 1, stale: false } })
  draft = idIn(begun)
  expect(await by('olga', 'POST', `/drafts/${draft}/submit`, {})).toMatchObject({
    status: 409,
    code: 'not_checked',
  })
  const checked = await by('olga', 'POST', `/drafts/${draft}/check`, {})
  expect(checked.body).toMatchObject({ state: 'checked', check: { holds: false, errors: 1 } })
  expect(firstProblem(fields(checked.body['review'])['findings'])).toMatch(
    /^restricted-never-third-party does not hold\..* But restricted data .* may go to /,
  )
  expect(await by('olga', 'POST', `/drafts/${draft}/submit`, {})).toMatchObject({
    status: 422,
    code: 'does_not_hold',
  })
})

const fixed = () => ({
  tables: {
    guardrails: office.bundle.guardrails.map((one) =>
      one.id === 'confidential-needs-contract' ? { ...one, level: 'simulate' } : one,
    ),
    routes: office.bundle.routes,
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
  expect(firstProblem(fields(diff['report'])['differences'])).toMatch(
    /^newly allowed: confidential data .*fireworks/,
  )
  expect(fields(diff['report'])['traffic']).toMatchObject({ requests: 3 })

  const [noRole, own, first, again] = await approve(draft, 'otto', 'olga', 'anna', 'anna')
  expect(noRole).toMatchObject({ status: 403, code: 'forbidden' })
  expect(own).toMatchObject({ status: 403, code: 'own_draft' })
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
  expect(Date.parse(text(body['everywhereSince']) ?? '')).not.toBeNaN()
  expect(await ask('fireworks/glm-5', 'confidential')).toBe(FIREWORKS)
  expect(await ask('together/glm-5', 'confidential')).toContain('confidential-thirty-days')
})

test('a waiver takes the two people whom it names, and ends by its date', async () => {
  const proposed = await by('olga', 'POST', '/waivers', waiver())
  expect(proposed.body).toMatchObject({
    kind: 'waiver',
    state: 'submitted',
    submission: { change: 'loosened', needed: 2, named: [mailOf('anna'), mailOf('bert')] },
  })
  const id = idIn(proposed)
  const [stranger, , second] = await approve(id, 'carl', 'anna', 'bert')
  expect(stranger).toMatchObject({ status: 403, code: 'not_named' })
  expect(second?.body).toMatchObject({ state: 'approved' })
  expect(await ask('together/glm-5', 'confidential')).toContain('confidential-thirty-days')
  await activate(id)
  expect(await ask('together/glm-5', 'confidential')).toBe(TOGETHER)
  const { body } = await by('anna', 'GET', '/waivers')
  expect(body['waivers']).toMatchObject([{ id: 'pilot', state: 'open', daysLeft: 2 }])

  office.letPass(2 * DAY_MS)
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
    code: 'wrong_state',
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
  const path = `/drafts/${idIn(open)}`
  expect((await by('olga', 'GET', path)).body).toMatchObject({ stale: true })
  const rebased = await by('olga', 'POST', `${path}/rebase`)
  expect(rebased.body).toMatchObject({ stale: false, revision: 2 })
  const { body } = await by('olga', 'GET', `${path}/bundle`)
  expect(body).toMatchObject({ bundle: { guardrails: { 0: { id: 'stop-to-fireworks' } } } })
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
    },
  })
  const withdrawn = await by('olga', 'POST', `/drafts/${idIn(lift)}/withdraw`, {
    reason: 'Not yet.',
  })
  expect(withdrawn.body).toMatchObject({ state: 'withdrawn', next: [] })
  expect(await ask('fireworks/glm-5')).toContain('stop-to-fireworks')
})

test('a rollback is a new release of an old hash, and loosens what it loosens', async () => {
  const { body: history } = await by('olga', 'GET', '/history')
  const first = fields(list(history['versions']).at(-1))
  const back = await by('olga', 'POST', '/rollback', { version: 1, reason: 'Begin again.' })
  expect(back.body).toMatchObject({
    hash: first['hash'],
    submission: { change: 'loosened', needed: 2 },
  })
  const id = idIn(back)
  await approve(id, 'anna', 'carl')
  const active = await activate(id)
  expect(active.body).toMatchObject({ state: 'active', activation: { version: 5 } })
  expect(await ask('fireworks/glm-5')).toBe(FIREWORKS)
  expect(await ask('fireworks/glm-5', 'confidential')).toContain('confidential-needs-contract')
  expect((await by('olga', 'GET', `/drafts/${draft}`)).body).toMatchObject({ state: 'superseded' })
})
