import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { dispatch } from '../../scripts/demarc.ts'
import { fields, list, parseFields, type Fields } from '../upstreams/read.ts'
import { ask, decisionOf, get, openStage, post, settled, type Stage } from './harness.ts'

let stage: Stage
let directory: string
beforeAll(async () => {
  stage = await openStage()
  directory = mkdtempSync(join(tmpdir(), 'demarc-erasure-'))
})
afterAll(async () => {
  await stage.close()
  rmSync(directory, { recursive: true })
})

const admin = async (method: string, path: string, body?: unknown): Promise<[number, Fields]> => {
  const response = await stage.local.admin(method, `/admin/api/${path}`, body)
  const text = await response.text()
  return [response.status, parseFields(text) ?? { text }]
}

/** A settled decision whose request carried tags. */
async function tagged(tags: string): Promise<string> {
  const headers = { 'demarc-tags': tags }
  const decision = decisionOf(await post(stage, ask('Why is the sky blue?'), { headers }))
  await settled(stage, [decision])
  return decision
}

const receipt = async (decision: string): Promise<Fields> =>
  (await get(stage, `/v1/decisions/${decision}`)).body

/** Everything that D1 holds of the journal. */
async function recorded(): Promise<string> {
  const [, pack] = await admin('GET', 'audit/pack')
  return JSON.stringify(pack)
}

async function verify(file: Fields): Promise<number> {
  const path = join(directory, 'file.json')
  writeFileSync(path, JSON.stringify(file))
  const silent = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const code = await dispatch(['audit', 'verify', path])
  silent.mockRestore()
  return code
}

const ledger = async (): Promise<unknown> => {
  const [, report] = await admin('GET', 'ledger/verify')
  return report['holds']
}

let before: string
test('tags that may be about somebody are shown, and not on record in words', async () => {
  before = await tagged('user_id=u-4711, feature=search, note=blue-sky')
  const shown = { user_id: 'u-4711', feature: 'search', note: 'blue-sky' }
  expect(await receipt(before)).toMatchObject({ tags: shown })
  const all = await recorded()
  expect(all).toContain('search')
  expect(all).not.toContain('u-4711')
  expect(all).not.toContain('blue-sky')
})

test('a hold keeps them, whoever asks', async () => {
  const [, hold] = await admin('POST', 'retention/holds', { reason: 'case 7', app: 'tests' })
  expect(await admin('POST', 'retention/erase', { subject: 'u-4711' })).toMatchObject([
    200,
    { complete: false, destroyed: 0, held: 1, holds: [hold['id']] },
  ])
  expect(await receipt(before)).toMatchObject({ tags: { user_id: 'u-4711' } })
  const path = `retention/holds/${String(hold['id'])}/release`
  expect(await admin('POST', path, { reason: 'settled' })).toMatchObject([200, { id: hold['id'] }])
})

test('when the key is destroyed nobody can read them, and every proof holds as before', async () => {
  const other = await tagged('user_id=u-0815')
  await admin('GET', 'audit/checkpoint')
  const [, firstCheckpoint] = await admin('GET', 'audit/checkpoint')
  const whole = await recorded()
  expect(await admin('POST', 'retention/erase', { subject: 'u-4711' })).toMatchObject([
    200,
    { complete: true, destroyed: 1, held: 0 },
  ])
  const erased = await receipt(before)
  expect(erased).toMatchObject({
    tags: { user_id: '[erased]', feature: 'search', note: '[erased]' },
  })
  expect(await receipt(other)).toMatchObject({ tags: { user_id: 'u-0815' } })
  // Not a byte of the journal has changed.
  expect(await recorded()).toBe(whole)
  expect(await verify(erased)).toBe(0)
  expect(list(erased['journal']).every((entry) => fields(entry)['proof'] !== undefined)).toBe(true)
  expect(await ledger()).toBe(true)
  const [, later] = await admin('GET', 'audit/checkpoint')
  expect(later).toEqual(firstCheckpoint)
})

test('where nothing could be erased, who it was is not recorded', async () => {
  const bare = await openStage({ vars: { RECORD_KEY: '' } })
  try {
    const headers = { 'demarc-tags': 'user=u-4711, note=blue-sky' }
    const decision = decisionOf(await post(bare, ask('Hi'), { headers }))
    await settled(bare, [decision])
    expect((await get(bare, `/v1/decisions/${decision}`)).body).toMatchObject({
      tags: { user: '[not kept]', note: 'blue-sky' },
    })
    const erase = await bare.local.admin('POST', '/admin/api/retention/erase', { subject: 'u' })
    expect(erase.status).toBe(503)
  } finally {
    await bare.close()
  }
})
