import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formatProblem, loadPolicyFiles, readBundle } from '../../scripts/lib/policy-files.ts'
import { policySchemas } from '../../scripts/lib/policy-schemas.ts'
import { canonicalBundle, parseBundle } from '../../src/policy/bundle.ts'

const POLICIES = join(import.meta.dirname, '../../policies')
let dir = ''

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'policies-'))
  await cp(POLICIES, dir, { recursive: true })
})
afterEach(async () => await rm(dir, { recursive: true }))

/** Changes a file; fails if it has no such text. */
async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(dir, file), 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`)
  await writeFile(join(dir, file), text.replace(from, to))
}

/** Line of the first occurrence, from 1. */
const lineOf = async (file: string, text: string): Promise<number> =>
  (await readFile(join(dir, file), 'utf8')).split('\n').findIndex((line) => line.includes(text)) + 1

describe('a mistake in a file is named with its line', () => {
  test.each([
    [
      'guardrails.yaml',
      'when: { level: [restricted] }',
      'when: { lable: [restricted] }',
      /restricted-stays-home: when: unknown key lable/,
    ],
    [
      'guardrails.yaml',
      'scan: [partial, unscanned]',
      'scan: [half]',
      /unread-stays-home: when.scan.0: .*"partial"/,
    ],
    [
      'routes.yaml',
      'prefer: [llama-cpp, onprem]',
      'prefer: [llama, onprem]',
      /health: prefer: llama is no target/,
    ],
    ['destinations.yaml', 'adapter: vllm', 'adapter: vlmm', /vllm: adapter: no adapter vlmm/],
    ['budgets.yaml', 'limitMicroUsd: 500000000', 'limitMicroUsd: 0.5', /tenant: limitMicroUsd/],
  ])('%s: %s', async (file, from, to, says) => {
    await change(file, from, to)
    const checked = await readBundle(dir)
    const problems = checked.ok ? [] : checked.error
    expect(problems.map(({ file: where, line }) => [where, line])).toEqual([
      [file, await lineOf(file, to)],
    ])
    expect(problems.map(formatProblem)).toEqual([expect.stringMatching(says)])
  })

  test('two prices for one moment', async () => {
    await change(
      'prices.yaml',
      'prices:\n',
      'prices:\n  - { version: again, destination: workers-ai, model: llama-4-scout, validFrom: 2026-08-01, meters: { input: 1, output: 1 }, source: s }\n',
    )
    const checked = await readBundle(dir)
    expect(checked.ok ? [] : checked.error.map(formatProblem)).toEqual([
      expect.stringMatching(/^prices.yaml:\d+ .*overlap/),
    ])
  })
})

test.each([
  ['what is no YAML', 'routes: [', /routes.yaml:\d+ is not YAML/],
  ['a list', '- id: a', /routes.yaml:1 must be a mapping of routes/],
  ['another table', 'rules: []', /routes.yaml: unknown table rules; accepted is routes/],
  ['a key twice', 'routes: []\nroutes: []', /routes.yaml:\d+ is not YAML: DUPLICATE_KEY/],
])('a file that holds %s cannot be read', async (_name, text, says) => {
  await writeFile(join(dir, 'routes.yaml'), text)
  await expect(loadPolicyFiles(dir)).rejects.toThrow(says)
})

test('a missing file cannot be read', async () => {
  await rm(join(dir, 'waivers.yaml'))
  await expect(loadPolicyFiles(dir)).rejects.toThrow(/waivers.yaml/)
})

test('the policy survives YAML, canonical JSON and parsing', async () => {
  const first = parseBundle(await loadPolicyFiles(POLICIES))
  if (!first.ok) throw new Error('does not parse')
  const canonical = canonicalBundle(first.value)
  const second = parseBundle(JSON.parse(canonical.text))
  expect(second.ok && canonicalBundle(second.value)).toEqual(canonical)
})

test.each([...policySchemas()])(
  'policies/schema/%s.schema.json is what the code says',
  async (name, schema) => {
    const text = await readFile(join(POLICIES, 'schema', `${name}.schema.json`), 'utf8')
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(schema)))
  },
)
