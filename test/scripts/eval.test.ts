import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { dispatch } from '../../scripts/demarc.ts'
import { litellm } from '../../scripts/eval/baselines/litellm.ts'
import { calibrate } from '../../scripts/eval/calibration.ts'
import { compare } from '../../scripts/eval/compare.ts'
import { describeComparisons, percent, wilson } from '../../scripts/eval/report.ts'
import { measureNames } from '../../scripts/eval/routing.ts'
import { Scorer } from '../../scripts/eval/score.ts'
import { readSets, type EvalSet, type Row } from '../../scripts/eval/sets.ts'
import { POLICIES_DIRECTORY } from '../../scripts/lib/paths.ts'
import { readPolicy } from '../../scripts/lib/policy-files.ts'
import type { Finding } from '../../src/domain/finding.ts'

const row = (text: string, marks: readonly (readonly [string, string])[]): Row => ({
  id: 'r',
  text,
  lang: 'en',
  doc: [],
  spans: marks.map(([kind, part]) => {
    const start = text.indexOf(part)
    return { kind, start, end: start + part.length }
  }),
})

const find = (text: string, kind: Finding['kind'], part: string, confidence: number): Finding => ({
  kind,
  start: text.indexOf(part),
  end: text.indexOf(part) + part.length,
  path: '',
  confidence,
  level: 'internal',
  categories: [],
  jurisdictions: [],
})

const TEXT = 'Jane Doe met Max Roe near the Old Bridge'
const SET: EvalSet = {
  name: 'wikigold',
  group: 'dev',
  rows: [
    row(TEXT, [
      ['person', 'Jane Doe'],
      ['person', 'Max Roe'],
    ]),
  ],
}

function scoreOf(findings: readonly Finding[], set: EvalSet = SET) {
  const scorer = new Scorer(set)
  for (const one of set.rows) scorer.add(one, findings, 'internal')
  return { ...scorer.score.kinds.get('person'), verdicts: scorer.verdicts, score: scorer.score }
}

test('marks, words and documents are counted, each in its own way', () => {
  const score = scoreOf([
    find(TEXT, 'person', 'Jane', 0.9),
    find(TEXT, 'person', 'Old Bridge', 0.6),
    find(TEXT, 'person', 'Max Roe', 0.4),
  ])
  expect(score).toMatchObject({
    documents: { hits: 1, of: 1 },
    spans: { hits: 1, of: 2 },
    tokens: { hits: 1, of: 4 },
    spanPrecision: { hits: 1, of: 2 },
    tokenPrecision: { hits: 1, of: 3 },
  })
  expect([...(score.misses ?? [])]).toEqual([['only possible', 1]])
  expect(score.verdicts.map(({ isRight }) => isRight)).toEqual([true, false, true])
})

test.each([
  ['in a set that does not mark the kind throughout, precision is left out', 'sgd', 0, 0],
  ['in a set of bare numbers, what is possible counts', 'recognizers', 1, 0],
])('%s', (_name, name, hits, precisionOf) => {
  const score = scoreOf([find(TEXT, 'person', 'Max Roe', 0.3)], { ...SET, name })
  expect(score.spans).toEqual({ hits, of: 2 })
  expect(score.spanPrecision?.of).toBe(precisionOf)
})

test('a find where nothing is marked is a false alarm', () => {
  const { score } = scoreOf([find(TEXT, 'card', 'Old', 0.9), find(TEXT, 'person', 'Jane', 0.9)])
  expect([...score.alarms]).toEqual([['card', 1]])
})

const verdict = (confidence: number, isRight: boolean) => ({
  kind: 'person',
  confidence,
  isRight,
})

test('calibration compares confidence with the share that is right', () => {
  const [even] = calibrate([verdict(0.55, true), verdict(0.55, false)])
  expect(even?.error).toBeCloseTo(0.05)
  const [wrong] = calibrate([verdict(0.95, false)])
  expect(wrong?.error).toBeCloseTo(0.95)
})

test.each([
  [{ hits: 0, of: 0 }, '–', '–'],
  [{ hits: 0, of: 10 }, '0.0', '0.0'],
  [{ hits: 10, of: 10 }, '100.0', '72.2'],
])('a share of %j is %s %, at least %s %', (share, shown, lowest) => {
  expect([percent(share), wilson(share)]).toEqual([shown, lowest])
})

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'demarc-eval-'))
  for (const folder of ['dev', 'negatives']) mkdirSync(join(directory, folder))
  const line = JSON.stringify({ id: '1', text: 'mail jane@acme.com', doc: null, spans: [] })
  writeFileSync(join(directory, 'dev/a.jsonl.gz'), gzipSync(`${line}\n`))
  writeFileSync(join(directory, 'negatives/b.jsonl'), `${line}\n`)
})
afterEach(() => {
  rmSync(directory, { recursive: true })
  vi.restoreAllMocks()
})

test('sets are read from both folders, packed or not', () => {
  expect(readSets(directory, []).map(({ name, group }) => `${group}/${name}`)).toEqual([
    'dev/a',
    'negatives/b',
  ])
})

test('the command prints no text of the sets', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  expect(await dispatch(['eval', 'classifier', '--data', directory, '--no-speed'])).toBe(0)
  const printed = log.mock.calls.join('\n')
  expect(printed).toContain('false alarms, % of documents: email 100.0')
  expect(printed).not.toContain('jane')
})

test.each([
  ['no folder', ['eval', 'classifier']],
  ['no such set', ['eval', 'classifier', '--data', '.', '--set', 'none']],
])('it cannot run with %s', async (_name, args) => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const inFolder = args.map((arg) => (arg === '.' ? directory : arg))
  expect(await dispatch(inFolder)).toBe(2)
})

const MARKED: EvalSet = {
  name: 'presidio-generated-large',
  group: 'dev',
  rows: [
    row('Pay with 4539 1488 0343 6467, please', [['card', '4539 1488 0343 6467']]),
    row('Pay with 4539 1488 0343 6468, please', []),
    row('Jane Doe came late', [['person', 'Jane Doe']]),
  ],
}
const LOGS: EvalSet = {
  name: 'lookalikes',
  group: 'negatives',
  rows: [row('build A1234567 took 3 s', []), row('nothing at all', [])],
}

test('other tools are asked about the same texts, and what could not be loaded is named', async () => {
  const absent = { name: 'another tool', reason: 'could not be loaded' }
  const compared = await compare([MARKED, LOGS], [litellm, absent])
  expect(compared).toMatchObject([
    {
      kinds: { card: { recall: { hits: 1, of: 1 }, precision: { hits: 1, of: 1 } } },
      alarms: { lookalikes: { hits: 0, of: 2 } },
    },
    {
      kinds: { card: { recall: { hits: 1, of: 1 }, precision: { hits: 1, of: 2 } } },
      alarms: { lookalikes: { hits: 1, of: 2 } },
    },
    absent,
  ])
  expect(describeComparisons(compared)).toContain('another tool: could not be loaded')
})

test('a name alone goes to a closed model, and would not if names counted as personal data', async () => {
  const bundle = await readPolicy(POLICIES_DIRECTORY)
  const names = measureNames([MARKED, LOGS], bundle, Date.UTC(2026, 10, 25))
  expect(names).toEqual({
    sent: { hits: 1, of: 1 },
    sentIfPersonal: { hits: 0, of: 1 },
    keptIfPersonal: { hits: 0, of: 2 },
  })
})
