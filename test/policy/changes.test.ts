import { describe, expect, test } from 'vitest'
import { analyze } from '../../src/policy/analyze/analyze.ts'
import type { Finding } from '../../src/policy/analyze/findings.ts'
import { scopeSentences } from '../../src/policy/analyze/ground.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { fiftyRules } from './fifty-rules.ts'
import { guardrail, NOW_MS, own, rule } from './fixtures.ts'

function findingsIn(bundle: Bundle): readonly Finding[] {
  const analyzed = analyze(bundle, NOW_MS)
  if (!analyzed.ok) throw new Error(analyzed.error.message)
  return analyzed.value.findings
}

const waiver = {
  id: 'w-one',
  guardrail: 'not-stored',
  ticket: 'T-1',
  because: 'a pilot',
  approvers: ['a', 'b'],
  when: { team: ['red'] },
  to: { class: ['hosted' as const] },
  from: '2026-12-01',
  expires: '2026-12-20',
}

const day = (count: number) => new Date(NOW_MS + count * 86_400_000).toISOString().slice(0, 10)

describe('what changes ahead', () => {
  test('names the day, the cause and the effect, and warns within thirty days', () => {
    const changes = findingsIn({
      ...fiftyRules,
      waivers: [waiver],
    }).filter(({ kind }) => kind === 'change-ahead')
    expect(changes).toMatchObject([
      {
        severity: 'warning',
        problem: expect.stringMatching(
          /^On 2026-12-01, in 7 days, waiver w-one begins\..* new: .*hosted/,
        ),
      },
      {
        severity: 'warning',
        problem: expect.stringMatching(
          /^On 2026-12-20, in 26 days, waiver w-one ends\..* no longer: /,
        ),
      },
      {
        severity: 'note',
        problem: expect.stringContaining('what is known of home expires (zone,'),
      },
    ])
  })

  test('says where its list ends', () => {
    const guardrails = Array.from({ length: 30 }, (_, at) =>
      guardrail(`g-${at}`, { window: { from: day(at + 1), until: day(at + 2) }, never: {} }),
    )
    const changes = findingsIn({ ...fiftyRules, guardrails, invariants: [] })
    expect(changes.map(({ problem }) => problem)).toContain(
      `Changes from ${day(25)} on are not listed. Proofs count them.`,
    )
  })

  test('leaves out days on which no rule can notice anything', () => {
    const bundle = {
      ...fiftyRules,
      guardrails: [],
      obligations: [],
      invariants: [],
      destinations: [own('home')],
      routes: [rule('all', { prefer: ['onprem'] })],
    }
    expect(findingsIn(bundle)).toEqual([])
  })
})

test('a diagram that would be too large gives no answer, and says so', () => {
  const analyzed = analyze(fiftyRules, NOW_MS, { nodesMax: 500 })
  expect(analyzed).toMatchObject({ ok: false, error: { code: 'too-large' } })
  expect(analyzed.ok ? '' : analyzed.error.message).toMatch(
    /more than 500 nodes.*nothing is claimed/,
  )
})

test('every answer says what it is about, and has a place for the recall', () => {
  const analyzed = analyze(fiftyRules, NOW_MS)
  if (!analyzed.ok) throw new Error('too large')
  const { scope } = analyzed.value
  expect(scopeSentences(scope).join(' ')).toMatch(
    /from 2026-11-24 on.*assumes that the label is right.*recall was not given/,
  )
  const recall = { measuredOn: 'a test set', recall: { health: 0.931 } }
  expect(scopeSentences({ ...scope, recall }).join(' ')).toContain(
    'recall measured on a test set: health 93.1 %',
  )
})
