import { describe, expect, test } from 'vitest'
import { PUBLIC } from '../../src/domain/label.ts'
import type { Receipt } from '../../src/domain/plan.ts'
import { Seen } from '../../src/domain/seen.ts'
import type { Rules } from '../../src/policy/evaluate.ts'
import { judge } from '../../src/policy/replay.ts'
import { AttributeVector, TrafficLabel } from '../../src/policy/traffic.ts'
import { vectorOf } from '../../src/policy/traffic-vector.ts'
import { decide, type Facts } from '../../src/router/decide.ts'
import { judgeForms } from '../../src/router/places.ts'
import { redactedLabel } from '../../src/router/redacted-label.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import { recordableReceipt } from '../../src/worker/recordable.ts'
import { NOW_MS } from '../policy/fixtures.ts'
import { drawFrom, randomBundle } from '../policy/random.ts'
import { CALLER, NO_WISHES, requestFacts, worldOf } from './fixtures.ts'
import { randomFacts, receiptIn, SIZE, worldWith } from './lives.ts'

type Asked = Omit<Facts, 'world'>

function rebuilt({ request, caller }: Asked, receipt: Receipt): AttributeVector {
  const written: Receipt = JSON.parse(JSON.stringify(recordableReceipt(receipt)))
  const { team, app, purpose } = caller
  const label = TrafficLabel.parse(written.label)
  const seen = Seen.parse(written.seen)
  const vector = vectorOf({ label, seen, team, app, purpose, surface: request.surface })
  if (typeof vector === 'string') throw new Error(vector)
  return AttributeVector.parse(vector)
}

/** What a policy says of the request itself, both forms. */
function decidedBy(rules: Rules, { classification, declared, request, caller, wishes }: Asked) {
  const { team, app, purpose } = caller
  const { operation, handling } = request
  const { label } = classification
  const quality = wishes.quality ?? 'basic'
  return judgeForms(rules, { label, team, app, purpose, quality, operation, handling }, (kinds) =>
    redactedLabel(classification, kinds, declared),
  )
}

describe('from what an entry holds, a request is decided again', () => {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed)

  test.each(seeds)('exactly as it was, and as any other policy would have (seed %i)', (seed) => {
    const world = worldWith(randomBundle(seed, SIZE))
    const other = worldWith(randomBundle(seed + 1000, SIZE))
    const draw = drawFrom(seed)
    for (let round = 0; round < 25; round++) {
      const asked = randomFacts(draw)
      const receipt = receiptIn(decide({ ...asked, world }))
      const vector = rebuilt(asked, receipt)
      for (const each of [world, other]) {
        const rules = each.policy.rulesAt(NOW_MS)
        expect(judge(rules, vector)).toEqual(decidedBy(rules, asked))
      }
      const { raw, redacted } = judge(world.policy.rulesAt(NOW_MS), vector)
      const { guardrails, obligations, attempts, route } = receipt
      expect(new Set([...raw.fired, ...(redacted?.fired ?? [])])).toEqual(new Set(guardrails))
      expect(raw.obligations.sources).toEqual(obligations)
      const verdict = attempts[0]?.form === 'redacted' ? redacted : raw
      expect(verdict?.route?.id ?? 'none').toBe(route)
      const removed = receipt.removed.filter(({ by }) => by.startsWith('g-'))
      const all = [...raw.removedBy, ...(redacted?.removedBy ?? [])].flatMap((by) => by ?? [])
      for (const { by } of removed) expect(all).toContain(by)
    }
  })

  test('for every surface that there is', () => {
    for (const { name, operation } of Object.values(surfaces)) {
      const vector = vectorOf({
        label: PUBLIC,
        seen: {},
        team: 't',
        app: 'a',
        purpose: 'p',
        surface: name,
      })
      expect(vector).toMatchObject({ operation })
    }
  })
})

describe('what cannot be decided again says why', () => {
  const record = { label: PUBLIC, seen: {}, team: 't', app: 'a', purpose: 'p', surface: 'gemini' }
  test.each([
    ['a receipt of before', { ...record, seen: undefined }, 'before-recording'],
    ['a refusal of before', { ...record, purpose: undefined }, 'before-recording'],
    [
      'a declared name that was not recorded',
      { ...record, label: { ...PUBLIC, categories: ['declared:*' as const] } },
      'masked',
    ],
  ])('%s', (_name, given, expected) => expect(vectorOf(given)).toBe(expected))
})

test('an ordinary request adds two brackets to its entry', () => {
  const { policy } = worldWith(randomBundle(1, SIZE))
  const decision = decide({
    classification: { label: PUBLIC, findings: [], unscanned: [] },
    declared: PUBLIC,
    request: requestFacts(),
    caller: CALLER,
    wishes: NO_WISHES,
    world: { ...worldOf(), policy },
  })
  const receipt = decision.ok ? decision.value.receipt : undefined
  expect(JSON.stringify(receipt?.seen ?? {})).toBe('{}')
})
