import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { dispatch } from '../../scripts/demarc.ts'
import { list, parseFields, text, type Fields } from '../upstreams/read.ts'
import { ask, decisionOf, get, openStage, post, settled, type Stage } from './harness.ts'

let stage: Stage
let directory: string
let key: string
let genuine: Fields
beforeAll(async () => {
  stage = await openStage()
  directory = mkdtempSync(join(tmpdir(), 'demarc-audit-'))
  key = text((await admin('key'))['verifierKey']) ?? ''
  genuine = await receipt()
})
afterAll(async () => {
  await stage.close()
  rmSync(directory, { recursive: true })
})

const admin = async (path: string): Promise<Fields> => {
  const response = await stage.local.admin('GET', `/admin/api/audit/${path}`)
  return parseFields(await response.text()) ?? {}
}

/** Exit code and output of `demarc audit verify`. */
async function verify(file: unknown, ...more: string[]): Promise<{ code: number; said: string }> {
  const path = join(directory, 'file.json')
  writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file))
  const said: string[] = []
  const out = vi.spyOn(console, 'log').mockImplementation((line) => void said.push(String(line)))
  const err = vi.spyOn(console, 'error').mockImplementation((line) => void said.push(String(line)))
  const code = await dispatch(['audit', 'verify', path, ...more])
  out.mockRestore()
  err.mockRestore()
  return { code, said: said.join('\n') }
}

/** A receipt whose entries are all in the signed log. */
async function receipt(body = ask('Why is the sky blue?')): Promise<Fields> {
  const decision = decisionOf(await post(stage, body))
  await settled(stage, [decision])
  await admin('checkpoint')
  return (await get(stage, `/v1/decisions/${decision}`)).body
}

test('a receipt of an answer and one of a refusal hold, offline, with the key from elsewhere', async () => {
  for (const file of [genuine, await receipt(ask(PRIVATE_KEY))]) {
    const { code, said } = await verify(file, '--key', key)
    expect([code, said]).toEqual([
      0,
      expect.stringContaining('is in the log localhost/journal/default'),
    ])
    expect(said).not.toContain('NOT SO')
  }
})

test('without a key from elsewhere it says what that is worth', async () => {
  const { code, said } = await verify(genuine)
  expect([code, said]).toEqual([0, expect.stringContaining('with the key in the file itself')])
})

test.each<[string, (text: string) => string, string]>([
  [
    'the cost of an entry',
    (json) => json.replaceAll(/(costPicoUsd\\":\\")\d+/g, '$11'),
    'is not what was hashed',
  ],
  [
    'the label of an entry',
    (json) => json.replace(/(level\\":\\")public/, '$1restricted'),
    'is not what was hashed',
  ],
  [
    'the place of an entry',
    (json) => json.replace(/"seq":(\d+),"hash"/, '"seq":9$1,"hash"'),
    'is not what was hashed',
  ],
  [
    'the proof',
    (json) =>
      json.replace(
        /(\n\\n|index \d+\\n)([A-Za-z0-9+/]{43}=)/,
        (_all, head, hash) => `${head}${[...hash].toReversed().join('').replace('=', '')}=`,
      ),
    'does not lead to the root',
  ],
  [
    'the checkpoint',
    (json) => json.replaceAll(/(localhost\/journal\/default\\n)\d+/g, '$19'),
    'not genuine',
  ],
  ['the decision', (json) => json.replace(/"id":"dec_/, '"id":"dec_0'), 'another decision'],
])('a receipt does not hold if %s was changed', async (_what, change, problem) => {
  const changed = change(JSON.stringify(genuine))
  expect(changed).not.toBe(JSON.stringify(genuine))
  const { code, said } = await verify(changed, '--key', key)
  expect([code, said]).toEqual([1, expect.stringContaining(problem)])
})

test("another deployment's key opens nothing", async () => {
  const other = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  expect(await verify(genuine, '--key', other)).toMatchObject({ code: 1 })
  expect(await verify(genuine, '--key', 'nonsense')).toMatchObject({ code: 2 })
  expect(await verify('{}')).toMatchObject({ code: 2 })
})

test('a pack of evidence holds, and not if an entry is missing, changed or doubled', async () => {
  const pack = await admin('pack')
  const entries = list(pack['entries'])
  expect(entries.length).toBeGreaterThan(2)
  expect(await verify(pack, '--key', key)).toMatchObject({ code: 0 })
  for (const changed of [
    entries.toSpliced(1, 1),
    entries.toSpliced(1, 0, entries[0]),
    entries.slice(0, -1),
    entries.toReversed(),
  ]) {
    expect(await verify({ ...pack, entries: changed }, '--key', key)).toMatchObject({ code: 1 })
  }
  // A pack may begin anywhere: what it holds is whole.
  const later = await admin('pack?from=2')
  expect(await verify(later, '--key', key)).toMatchObject({ code: 0 })
})

const PRIVATE_KEY = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEA7bq4'.repeat(8)}\n-----END RSA PRIVATE KEY-----`
