import { expect, test } from 'vitest'
import { parseStartArguments } from '../../scripts/start/arguments.ts'
import { banner } from '../../scripts/start/banner.ts'
import { SAMPLES, type Sample } from '../../scripts/start/samples.ts'
import type { Outcome, Receipt } from '../../scripts/start/send-samples.ts'
import { deviation, renderTable } from '../../scripts/start/table.ts'

test.each([
  [[], {}, { once: false, port: 8787, probes: true }],
  [['--once'], {}, { once: true, port: undefined, probes: true }],
  [['--once', '--port', '9000'], {}, { once: true, port: 9000, probes: true }],
  [[], { PORT: '9001' }, { once: false, port: 9001, probes: true }],
  [['--port', '9000'], { PORT: '9001' }, { once: false, port: 9000, probes: true }],
  [[], { DEMARC_NO_PROBE: '1' }, { once: false, port: 8787, probes: false }],
])('%j with %j is %j', (args, environment, expected) => {
  expect(parseStartArguments(args, environment)).toEqual({ ok: true, value: expected })
})

test.each([
  [['--port', 'http'], {}, '--port: a number'],
  [['--port', '65536'], {}, '--port: a number'],
  [[], { PORT: '-1' }, 'PORT: a number'],
  [['--twice'], {}, "Unknown option '--twice'"],
])('%j with %j is refused', (args, environment, error) => {
  expect(parseStartArguments(args, environment)).toEqual({
    ok: false,
    error: expect.stringContaining(error),
  })
})

const receipt: Receipt = {
  refusal: null,
  evidence: [
    { kind: 'email', path: '/messages/0/content' },
    { kind: 'email', path: '/messages/0/content' },
  ],
  route: { id: 'personal-data', says: null },
  attempts: [{ destination: 'workers-ai', model: 'a-model', form: 'redacted' }],
  guardrails: [
    { id: 'few', says: null, removed: ['openai'] },
    { id: 'many', says: null, removed: ['openai', 'together'] },
    { id: 'none', says: null, removed: [] },
  ],
}
const sample: Sample = {
  name: 'customer e-mail',
  prompt: 'a-marked-word',
  expected: { route: 'personal-data', zone: 'third-party' },
}
const outcome: Outcome = {
  sample,
  decision: 'dec_0mwvabve9e52de4f3229b4eef9e4b8e1ed0f848f9',
  label: 'confidential; pii',
  sent: { destination: 'workers-ai', model: 'a-model' },
  failure: undefined,
  receipt,
}
const posted = { inputTokens: 10, outputTokens: 5, costUsd: '0.000001' }

test('the table says what happened, why, and which doors were closed; it fits a terminal', () => {
  const table = renderTable([outcome], new Map([[outcome.decision, posted]]))
  expect(table).toContain('redacted, by route personal-data')
  expect(table).toContain('not to openai, together (many)')
  expect(table).toMatch(/found email +redacted/)
  expect(table).toMatch(/10 \+ 5 +0\.000001/)
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
})

test('a table of long words still fits', () => {
  const long = 'x'.repeat(300)
  const wide = { ...outcome, label: long, sent: { destination: long, model: long } }
  const table = renderTable([wide], new Map())
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
})

const zoneOf = (): string => 'third-party'
const own = (): string => 'own'
const refused = { code: 'policy_forbids', rule: 'no-secrets' }
const forbidden: Sample = { ...sample, expected: { forbiddenBy: 'no-secrets' } }

test.each([
  ['the expected route', outcome, zoneOf, undefined],
  [
    'another route',
    { ...outcome, receipt: { ...receipt, route: { id: 'x', says: null } } },
    zoneOf,
    'by route x',
  ],
  ['another zone', outcome, own, 'zone own'],
  ['an error after the decision', { ...outcome, failure: '502' }, zoneOf, '502'],
  [
    'a refusal',
    { ...outcome, sent: undefined, receipt: { ...receipt, refusal: refused } },
    zoneOf,
    'no-secrets',
  ],
  ['no receipt', { ...outcome, receipt: undefined }, zoneOf, 'no receipt'],
  [
    'the expected refusal',
    { ...outcome, sample: forbidden, sent: undefined, receipt: { ...receipt, refusal: refused } },
    zoneOf,
    undefined,
  ],
  [
    'an answer where a refusal is due',
    { ...outcome, sample: forbidden },
    zoneOf,
    'went to workers-ai',
  ],
  [
    'a refusal by another rule',
    {
      ...outcome,
      sample: forbidden,
      sent: undefined,
      receipt: { ...receipt, refusal: { code: 'policy_forbids', rule: 'other' } },
    },
    zoneOf,
    'by other',
  ],
])('%s', (_name, given: Outcome, zones, expected) => {
  const found = deviation(given, zones)
  if (expected === undefined) expect(found).toBeUndefined()
  else expect(found).toContain(expected)
  expect(found ?? '').not.toContain('a-marked-word')
})

test('the banner keeps what is real apart from what is simulated', () => {
  const text = banner([
    { id: 'openai', kind: 'real', because: 'OPENAI_API_KEY in .dev.vars' },
    { id: 'ollama', kind: 'simulated', because: 'not found on this machine' },
  ])
  expect(text).toMatch(/^ {2}REAL +openai/m)
  expect(text).toMatch(/^ {2}simulated +ollama/m)
  expect(text).toContain('may bill')
})

test('the samples expect five different things', () => {
  const expected = SAMPLES.map((each) => JSON.stringify(each.expected))
  expect(new Set(expected).size).toBe(5)
})
