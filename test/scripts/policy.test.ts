import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { dispatch } from '../../scripts/demarc.ts'
import { canonicalJson } from '../../src/encoding/canonical-json.ts'
import { requestOf } from '../policy/fixtures.ts'

const POLICIES = join(import.meta.dirname, '../../policies')
const AT = '2026-11-25T00:00:00Z'
const stdout = vi.spyOn(console, 'log').mockReturnValue()
const stderr = vi.spyOn(console, 'error').mockReturnValue()
let dir = ''
// The first check loads the classifier and decides every golden case: seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'policies-'))
  await cp(POLICIES, dir, { recursive: true })
})
afterEach(async () => {
  await rm(dir, { recursive: true })
  stdout.mockClear()
  stderr.mockClear()
})

const said = (spy: typeof stdout = stdout): string => spy.mock.calls.flat().join('\n')
const policy = async (...args: readonly string[]): Promise<number> =>
  await dispatch(['policy', ...args, '--at', AT])
const answer = (): unknown => JSON.parse(said())

/** Changes a file; fails if it has no such text. */
async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(dir, file), 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`)
  await writeFile(join(dir, file), text.replace(from, to))
}

describe('policy check', () => {
  test('accepts the default policy and says what that is about', async () => {
    expect(await policy('check', dir)).toBe(0)
    expect(said()).toMatch(/The policy holds: 0 errors, 0 warnings/)
    expect(said()).toContain('It assumes that the label is right')
  })

  test.each(['gdpr', 'hipaa', 'pci-dss', 'source-code', 'cost'])(
    'accepts the template %s, which proves its invariants',
    async (name) => {
      const template = join(POLICIES, 'templates', name)
      expect(await policy('check', template, '--strict')).toBe(0)
      stdout.mockClear()
      expect(await policy('prove', template, '--json')).toBe(0)
      expect(answer()).toMatchObject({ holds: true, findings: [] })
    },
  )

  test('refuses a policy that breaks an invariant, with the request that shows it', async () => {
    await change('guardrails.yaml', 'agreements: { lacks: [baa] }', 'agreements: { lacks: [dpa] }')
    await change('routes.yaml', 'prefer: [llama-cpp, onprem]', 'prefer: [closed, onprem]')
    expect(await policy('check', dir, '--json')).toBe(1)
    expect(answer()).toMatchObject({
      holds: false,
      findings: expect.arrayContaining([
        expect.objectContaining({
          rule: 'health-never-without-baa',
          witness: expect.objectContaining({
            label: expect.objectContaining({ categories: ['health'] }),
            destination: 'anthropic',
          }),
        }),
      ]),
    })
  })

  test('warns of a route that is never reached, and fails for it only where that is asked', async () => {
    await change(
      'routes.yaml',
      '  - id: confidential\n',
      '  - id: hidden\n    owner: platform\n    because: b\n    when: { level: [restricted], purpose: [chat] }\n    prefer: [onprem]\n\n  - id: confidential\n',
    )
    expect(await policy('check', dir, '--json')).toBe(0)
    expect(answer()).toMatchObject({
      holds: true,
      findings: expect.arrayContaining([
        expect.objectContaining({
          rule: 'hidden',
          severity: 'warning',
          witness: { shadowedBy: ['restricted'] },
        }),
      ]),
    })
    expect(await policy('check', dir, '--strict')).toBe(1)
  })

  test('claims nothing about what is too large for it', async () => {
    expect(await policy('check', dir, '--nodes', '100')).toBe(2)
    expect(said(stderr)).toContain('nothing is claimed')
    expect(said()).toBe('')
  })
})

const claim = (never: string) => `{ when: { level: [confidential] }, never: ${never} }`

describe('policy prove', () => {
  test.each([
    ['an invariant by its id', 'health-never-without-baa', 0],
    ['a claim that holds', claim('{ trainsOnData: true }'), 0],
    ['a sentence that holds', 'Never send restricted data to destinations that train on it.', 0],
    ['a sentence that does not', 'Never send public data to destinations of class closed.', 1],
    ['a claim that does not', claim('{ zone: third-party }'), 1],
    [
      'a claim about a country group that does not exist',
      claim('{ countries: { any: [efta] } }'),
      2,
    ],
    ['what is no claim', 'never', 2],
  ])('%s', async (_name, text, code) => {
    expect(await policy('prove', dir, '--claim', text, '--json')).toBe(code)
    if (code < 2) expect(answer()).toMatchObject({ holds: code === 0 })
    else expect(said(stderr)).toContain('a claim is the id of an invariant')
  })

  test('prints the recall that it is given beside the proof', async () => {
    const file = join(dir, 'recall.json')
    await writeFile(file, JSON.stringify({ measuredOn: 'a test set', recall: { health: 0.9 } }))
    expect(await policy('prove', dir, '--recall', file)).toBe(0)
    expect(said()).toContain('recall measured on a test set: health 90.0 %')
  })
})

describe('policy diff', () => {
  test.each([
    ['the same policy in another order', '', '', 0, 'same-meaning'],
    ['one guardrail more in force', 'level: simulate', 'level: enforce', 0, 'tightened'],
    [
      'one guardrail less',
      '  - id: no-training\n    owner: compliance',
      '  - id: no-training\n    level: simulate\n    owner: compliance',
      2,
      '',
    ],
    [
      'a guardrail that looks at less',
      "when: { categories: { any: [legal, 'declared:legal'] } }",
      'when: { categories: { any: [legal] } }',
      1,
      'loosened',
    ],
  ])('%s', async (_name, from, to, code, kind) => {
    await change('guardrails.yaml', from, to)
    expect(await policy('diff', POLICIES, dir, '--json')).toBe(code)
    if (code < 2) expect(answer()).toMatchObject({ holds: code === 0, class: kind })
  })

  test('says what is newly allowed in words, and how much traffic that is', async () => {
    await change('guardrails.yaml', "[legal, 'declared:legal']", '[legal]')
    const file = join(dir, 'traffic.jsonl')
    const attributes = requestOf({ level: 'internal', categories: ['declared:legal'] })
    const record = {
      attributes,
      costPicoUsd: '0',
      count: 3,
      destination: 'vllm',
      tokens: { input: 1, output: 1 },
    }
    const other = { ...record, attributes: requestOf({}), count: 1 }
    await writeFile(file, `${canonicalJson(record)}\n${canonicalJson(other)}\n`)
    expect(await policy('diff', POLICIES, dir, '--traffic', file)).toBe(1)
    expect(said()).toMatch(
      /newly allowed: public or internal data that holds data declared as legal .* may go to .*\(75\.0 % of traffic\)/,
    )
    expect(said()).toContain('Class: loosened.')
  })
})

const lineOf = (level: 'public' | 'confidential', destination: string) =>
  canonicalJson({
    attributes: requestOf({ level }),
    costPicoUsd: '1000',
    count: 2,
    destination,
    tokens: { input: 100, output: 10 },
  })

describe('policy backtest', () => {
  test('counts what a stricter policy refuses', async () => {
    await change('guardrails.yaml', 'level: simulate', 'level: enforce')
    await change(
      'routes.yaml',
      '    when: { level: [confidential] }\n    prefer: [[edge, hosted, closed], onprem]',
      '    when: { level: [confidential] }\n    prefer: [[edge, hosted, closed]]',
    )
    const file = join(dir, 'traffic.jsonl')
    await writeFile(file, `${lineOf('public', 'openai')}\n${lineOf('confidential', 'anthropic')}\n`)
    expect(await policy('backtest', dir, '--traffic', file, '--base', POLICIES, '--json')).toBe(1)
    expect(answer()).toMatchObject({
      holds: false,
      requests: 4,
      newlyRefused: { count: 2 },
      hits: { 'internal-stays-in-europe': { before: 0, after: 2 } },
    })
  })

  test('names the line that is no record, and nothing of what it holds', async () => {
    const file = join(dir, 'traffic.jsonl')
    await writeFile(file, `${lineOf('public', 'openai')}\n{"attributes":"secret text"}\n`)
    expect(await policy('backtest', dir, '--traffic', file)).toBe(2)
    expect(said(stderr)).toMatch(/record 2 is none; accepted is/)
    expect(said(stderr)).not.toContain('secret text')
  })
})

describe('policy sentences and explain', () => {
  test('every rule has a sentence', async () => {
    expect(await policy('sentences', dir)).toBe(0)
    expect(said()).toContain(
      'health (route): Send health data or data declared as health to llama-cpp, else to',
    )
    expect(said()).toContain('attempt-ceiling (obligation): Spend at most 25 USD')
  })

  test.each([
    ['restricted-stays-home', 0, 'Forbids, when it applies: workers-ai, together'],
    ['attempt-ceiling', 0, 'Owner: finance'],
    ['nobody-trains-on-confidential', 0, 'Because: '],
    ['no-such-rule', 2, ''],
  ])('%s', async (id, code, says) => {
    expect(await policy('explain', id, dir)).toBe(code)
    expect(said()).toContain(says)
  })
})
