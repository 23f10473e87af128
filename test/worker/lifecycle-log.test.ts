import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { entryHash } from '../../src/journal/chain.ts'
import { EntryBody, GENESIS_HASH } from '../../src/journal/entry.ts'
import { journalOf } from '../../src/worker/env.ts'
import { keepUp } from '../../src/worker/policy-life.ts'
import { auditLedger } from '../../src/worker/stores/audit.ts'
import { appendStep, headOf, stepsAfter } from '../../src/worker/stores/lifecycle-events.ts'
import { journalSteps } from '../../src/worker/stores/lifecycle-journal.ts'
import { fields, list } from '../upstreams/read.ts'
import { openOffice, type Office } from './office.ts'

let office: Office

beforeAll(async () => {
  office = await openOffice({ POLICY_MODE: 'console' })
  await office.by('olga', 'PUT', '', office.bundle)
  await office.by('olga', 'POST', '/drafts', {
    title: 'A draft',
    reason: 'A test.',
    tables: { prices: [] },
  })
  await office.by('olga', 'POST', '/drafts/draft-2/check', {})
  await office.by('olga', 'DELETE', '/drafts/draft-2')
  await office.by('otto', 'POST', '/emergency-stop', {
    target: 'third-parties',
    reason: 'A breach.',
    ticket: 'SEC-1',
  })
})
afterAll(() => {
  vi.restoreAllMocks()
})

test('every step is in one chain, and in the signed journal', async () => {
  const { env } = office
  const steps = await stepsAfter(env, 'default')
  let hash = GENESIS_HASH
  const { results } = await env.DB.prepare(
    "SELECT body, hash FROM policy_event WHERE tenant = 'default' ORDER BY seq",
  ).all<{ body: string; hash: string }>()
  for (const row of results) {
    hash = entryHash(hash, row.body)
    expect(row.hash).toBe(hash)
  }
  const entries = await journalOf(env, 'default').entriesFrom(1, 10_000)
  const noted = entries
    .map(({ body }) => EntryBody.parse(JSON.parse(body)))
    .filter((body) => body.kind === 'policy')
    .map((body) => [body.step, body.stepHash, body.event, body.actor])
  expect(noted).toEqual(steps.map((step) => [step.seq, step.hash, step.event.event, step.event.by]))
  expect(noted.length).toBeGreaterThan(4)
  expect(await auditLedger(env, 'default')).toMatchObject({ holds: true, findings: [] })
})

test('a draft that is deleted is withdrawn, and what was done with it stays', async () => {
  const { body } = await office.by('olga', 'GET', '/drafts/draft-2')
  expect(body).toMatchObject({ state: 'withdrawn', next: [] })
  const { body: log } = await office.by('olga', 'GET', '/events?draft=draft-2')
  expect(list(log['events']).map((event) => fields(event)['event'])).toEqual([
    'created',
    'checked',
    'withdrawn',
  ])
})

test('a step is handed to the journal once, however often', async () => {
  const { env } = office
  const before = (await journalOf(env, 'default').status()).head
  await env.DB.prepare(
    "UPDATE policy_event_mark SET through_seq = 0 WHERE tenant = 'default'",
  ).run()
  await journalSteps(env, 'default')
  await journalSteps(env, 'default')
  expect((await journalOf(env, 'default').status()).head).toBe(before)
})

test('steps cannot be changed, taken out, or put where they do not belong', async () => {
  const { DB } = office.env
  await expect(DB.prepare('UPDATE policy_event SET at_ms = 1').run()).rejects.toThrow('append-only')
  await expect(DB.prepare('DELETE FROM policy_event').run()).rejects.toThrow('append-only')
  const head = await headOf(office.env, 'default')
  const [first] = await stepsAfter(office.env, 'default')
  if (first === undefined) throw new Error('there are no steps')
  const late = await appendStep(office.env, 'default', { ...head, seq: head.seq - 1 }, first.event)
  expect(late).toEqual({ ok: false, error: 'moved' })
  await expect(
    appendStep(office.env, 'default', { ...head, seq: head.seq + 5 }, first.event),
  ).rejects.toThrow('another step was first')
  expect((await headOf(office.env, 'default')).seq).toBe(head.seq)
})

test('once a minute the journal gets what it has missed', async () => {
  const { env } = office
  const head = await headOf(env, 'default')
  const [, begun] = await stepsAfter(env, 'default')
  if (begun === undefined) throw new Error('there are no steps')
  await appendStep(env, 'default', head, begun.event)
  await keepUp(env, 'default')
  const entries = await journalOf(env, 'default').entriesFrom(1, 10_000)
  expect(entries.at(-1)?.body).toContain(`"step":${head.seq + 1},`)
  expect(
    list((await office.by('olga', 'GET', `/events?after=${head.seq}`)).body['events']),
  ).toHaveLength(1)
})
