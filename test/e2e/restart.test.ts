import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { putPolicy } from '../../scripts/lib/seed.ts'
import { startFleet, type Fleet } from '../upstreams/fleet.ts'
import { fields, list, parseFields, text, type Fields } from '../upstreams/read.ts'
import {
  ask,
  decisionOf,
  get,
  keyIdOf,
  newKey,
  openStage,
  post,
  rows,
  verify,
  type Stage,
} from './harness.ts'

const REQUEST = ask('Why is the sky blue?', { model: 'openai/gpt-5-nano' })
const directory = mkdtempSync(join(tmpdir(), 'demarc-restart-'))
let fleet: Fleet
let stage: Stage

beforeAll(async () => {
  fleet = await startFleet()
  stage = await open()
})
afterEach(() => fleet.reset())
afterAll(async () => {
  await stage.close()
  await fleet.close()
  rmSync(directory, { recursive: true, force: true })
})

const open = (): Promise<Stage> => openStage({ persist: directory, fleet })

const journalOf = async (decision: string, key: string): Promise<unknown> =>
  (await get(stage, `/v1/decisions/${decision}`, key)).body['journal']

const everything = async (): Promise<Fields[]> =>
  (await rows(stage, 'SELECT body FROM journal_entry ORDER BY seq')).map(({ body }) =>
    fields(parseFields(text(body) ?? '')),
  )

/** What is on record of requests. */
const entries = async (): Promise<Fields[]> =>
  (await everything()).filter(({ kind }) => kind !== 'policy')

/** Sends a request that its upstream never answers, and ends the Worker as soon as it has arrived there. */
async function killInFlight(): Promise<void> {
  fleet.script('openai', { kind: 'hang' })
  const arrived = fleet.next('openai')
  const lost = post(stage, REQUEST).catch(() => 'lost')
  await arrived
  await stage.close()
  expect(await lost).toBe('lost')
  fleet.reset()
}

describe.sequential('a Worker that is killed between reserve and settle', () => {
  let lost = ''

  test('finds its journal as it was, though the snapshot is older, and the reservation is still held', async () => {
    const { key } = stage
    // The step that put the policy in force has reached D1, so the alarm that sent it has taken its snapshot.
    while ((await everything()).length === 0);
    const before = await post(stage, REQUEST)
    const known = await journalOf(decisionOf(before), key)
    expect(list(known)).toHaveLength(2)
    await killInFlight()
    expect(snapshots()).toEqual(['1'])
    stage = await open()
    expect(await journalOf(decisionOf(before), key)).toEqual(known)
    expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
    const [reserved, settled, open_, ...more] = await entries()
    expect([reserved?.['kind'], settled?.['kind'], open_?.['kind'], more]).toEqual([
      'reserve',
      'settle',
      'reserve',
      [],
    ])
    lost = text(open_?.['attempt']) ?? ''
    expect((await post(stage, REQUEST)).status).toBe(200)
  })

  test('accrues what was in flight at its bound when its time is over', async () => {
    await verify(stage)
    await stage.close()
    endTimeOf(lost)
    stage = await open()
    expect((await post(stage, REQUEST)).status).toBe(200)
    const closing = async () => (await entries()).filter((one) => one['attempt'] === lost)
    while ((await closing()).length < 2) await verify(stage)
    const [reserve, expire] = await closing()
    expect(expire).toMatchObject({
      kind: 'expire',
      outcome: 'expired',
      usageSource: 'bound',
      costPicoUsd: reserve?.['heldPicoUsd'],
    })
    expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
  })

  test('twice in a row loses nothing and doubles nothing', async () => {
    await killInFlight()
    stage = await open()
    await killInFlight()
    stage = await open()
    expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
    const all = await everything()
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, at) => at + 1))
    const opened = all.filter(({ kind }) => kind === 'reserve').map(({ attempt }) => attempt)
    expect(new Set(opened).size).toBe(opened.length)
  })
})

const closedForbidden = () => ({
  ...stage.bundle,
  guardrails: [
    ...stage.bundle.guardrails,
    {
      id: 'no-closed-models',
      owner: 'compliance',
      because: 'A test of what changes.',
      level: 'enforce-no-waiver' as const,
      when: {},
      never: { class: ['closed' as const] },
    },
  ],
})

describe('what changes while requests run', () => {
  test('a policy: what is in flight ends as it began, what comes next obeys the new one', async () => {
    const { promise: until, resolve: release } = Promise.withResolvers<void>()
    fleet.script('openai', { kind: 'hold', until })
    const arrived = fleet.next('openai')
    const running = post(stage, REQUEST)
    await arrived
    const hash = await putPolicy(stage.local.admin, closedForbidden())
    const refused = await post(stage, REQUEST)
    expect([refused.status, refused.headers.get('demarc-policy')]).toEqual([403, hash])
    expect(refused.error['message']).toContain('no-closed-models')
    const moved = await post(stage, ask('Why is the sky blue?'))
    expect([moved.status, moved.headers.get('demarc-policy')]).toEqual([200, hash])
    release()
    const { status, headers } = await running
    expect([status, headers.get('demarc-policy')]).toEqual([200, stage.policyHash])
    expect(fleet.requests.filter(({ destination }) => destination === 'openai')).toHaveLength(1)
    await putPolicy(stage.local.admin, stage.bundle)
  })

  test('a policy, again and again under load: every request is served under one that was in force', async () => {
    const hashes = new Set([stage.policyHash])
    const load = Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        await new Promise((resolve) => setTimeout(resolve, at * 5))
        return await post(stage, ask('Why is the sky blue?'))
      }),
    )
    for (const limitMicroUsd of [400_000_000, 300_000_000, 200_000_000]) {
      const budgets = [{ id: 'tenant', scope: 'tenant', period: 'month', limitMicroUsd }] as const
      hashes.add(await putPolicy(stage.local.admin, { ...stage.bundle, budgets: [...budgets] }))
    }
    for (const { status, headers } of await load) {
      expect(status).toBe(200)
      expect(hashes).toContain(headers.get('demarc-policy'))
    }
    await putPolicy(stage.local.admin, stage.bundle)
  })

  test('a key: revoked, it opens nothing from the next request on', async () => {
    const key = await newKey(stage)
    expect((await post(stage, REQUEST, { key })).status).toBe(200)
    const response = await stage.local.admin('DELETE', `/admin/api/keys/${keyIdOf(key)}`)
    expect(response.status).toBe(200)
    const after = [
      await post(stage, REQUEST, { key }),
      await post(stage, REQUEST, { key, path: '/v1/explain' }),
      await get(stage, '/v1/models', key),
    ]
    expect(after.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(fleet.requests).toHaveLength(1)
    expect((await post(stage, REQUEST)).status).toBe(200)
  })

  test('a key: rotated, the old one works until the overlap ends', async () => {
    const key = await newKey(stage)
    const rotate = async (overlapSeconds: number): Promise<string> => {
      const path = `/admin/api/keys/${keyIdOf(key)}/rotate`
      const body = await (await stage.local.admin('POST', path, { overlapSeconds })).json()
      return text(fields(body)['key']) ?? ''
    }
    const second = await rotate(3600)
    const statuses = async (...keys: string[]) =>
      await Promise.all(keys.map(async (one) => (await post(stage, REQUEST, { key: one })).status))
    expect(await statuses(key, second)).toEqual([200, 200])
    const third = await rotate(0)
    expect(await statuses(key, second, third)).toEqual([401, 401, 200])
  })
})

/** The journals' own databases, while the Worker does not run. */
function inJournals<T>(work: (database: DatabaseSync) => T): T[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.sqlite'),
  )
  return files.flatMap((name) => {
    const database = new DatabaseSync(join(directory, name))
    const isJournal = database
      .prepare(`SELECT name FROM sqlite_master WHERE name = 'reservation'`)
      .get()
    const found = isJournal === undefined ? [] : [work(database)]
    database.close()
    return found
  })
}

const snapshots = (): string[] =>
  inJournals((database) => {
    const row = database.prepare(`SELECT value FROM counter WHERE name = 'snapshot'`).get()
    return String(row?.['value'] ?? '0')
  })

/** As if the time of a reservation had passed: what no test can wait for. */
function endTimeOf(attempt: string): void {
  const changed = inJournals((database) => {
    const found = database.prepare('SELECT row FROM reservation WHERE attempt = ?').get(attempt)
    const row = { ...parseFields(String(found?.['row'])), expiresAtMs: 1 }
    const update = database.prepare('UPDATE reservation SET row = ? WHERE attempt = ?')
    return update.run(JSON.stringify(row), attempt).changes
  })
  expect(changed).toEqual([1])
}
