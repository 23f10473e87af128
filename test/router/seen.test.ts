import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/domain/finding.ts'
import { join, PUBLIC, type Label } from '../../src/domain/label.ts'
import type { Receipt } from '../../src/domain/plan.ts'
import type { SurfaceName } from '../../src/domain/request.ts'
import { Seen } from '../../src/domain/seen.ts'
import { evaluate } from '../../src/policy/evaluate.ts'
import { judge } from '../../src/policy/replay.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { AttributeVector, TrafficLabel } from '../../src/policy/traffic.ts'
import { vectorOf } from '../../src/policy/traffic-vector.ts'
import { compileBundle } from '../../src/router/compile.ts'
import { decide } from '../../src/router/decide.ts'
import { redactedLabel } from '../../src/router/redacted-label.ts'
import type { World } from '../../src/router/world.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import { recordableReceipt } from '../../src/worker/recordable.ts'
import { bundleOf, NOW_MS } from '../policy/fixtures.ts'
import {
  drawFrom,
  randomBundle,
  randomLabel,
  randomRequest,
  type Random,
} from '../policy/random.ts'
import { CALLER, model, NO_WISHES, requestFacts, worldOf } from './fixtures.ts'

const SIZE = { guardrails: 12, routes: 5, obligations: 8, waivers: 2, destinations: 5 }
const SURFACES: Record<string, SurfaceName> = {
  chat: 'anthropic-messages',
  embeddings: 'openai-embeddings',
  'count-tokens': 'gemini-count-tokens',
}

function worldWith(bundle: Bundle): World {
  const { model: one, prices } = model(
    'small',
    'frontier',
    ...bundle.destinations.map(({ id }) => ({ at: id, rate: 1 })),
  )
  return {
    ...worldOf(),
    policy: compileBundle(bundleOf({ ...bundle, models: [one], prices }), 'hash'),
  }
}

const KINDS = ['email', 'person', 'phone', 'card', 'marker'] as const

function randomFindings(draw: Random): Finding[] {
  const { chance, pick } = draw
  return Array.from({ length: pick([0, 0, 1, 2, 5]) }, () => {
    const { level, categories, jurisdictions } = randomLabel(draw)
    const confidence = chance(0.8) ? 0.9 : 0.3
    const found = { level, categories: categories.slice(0, 2), jurisdictions }
    return { kind: pick(KINDS), start: 0, end: 1, path: '/a', confidence, ...found }
  })
}

/** A request as serving sees it, decided, and what its entry holds. */
function live(draw: Random, world: World) {
  const asked = randomRequest(draw)
  const findings = randomFindings(draw)
  const declared: Label = draw.chance(0.3) ? { ...randomLabel(draw), scan: 'complete' } : PUBLIC
  const certain = findings.filter(({ confidence }) => confidence > 0.5)
  const label = [...certain, declared].reduce<Label>(
    (sum, { level, categories, jurisdictions }) =>
      join(sum, { level, categories, jurisdictions, scan: 'complete' }),
    draw.chance(0.7) ? { ...PUBLIC, scan: asked.label.scan } : asked.label,
  )
  const classification = { label, findings, unscanned: [] }
  const surface = SURFACES[asked.operation] ?? 'openai-chat'
  const decision = decide({
    classification,
    declared,
    request: requestFacts({
      model: 'small',
      surface,
      operation: asked.operation,
      handling: asked.handling,
    }),
    caller: { ...CALLER, team: asked.team, app: asked.app, purpose: asked.purpose },
    wishes: { ...NO_WISHES, quality: draw.chance(0.3) ? undefined : asked.quality },
    world,
  })
  const receipt = decision.ok
    ? decision.value.receipt
    : 'receipt' in decision.error
      ? decision.error.receipt
      : undefined
  if (receipt === undefined) throw new Error('decided without a receipt')
  const { team, app, purpose } = asked
  return { classification, declared, receipt, surface, team, app, purpose, asked }
}

type Live = ReturnType<typeof live>

function rebuilt({ receipt, surface, team, app, purpose }: Live): AttributeVector {
  const written: Receipt = JSON.parse(JSON.stringify(recordableReceipt(receipt)))
  const label = TrafficLabel.parse(written.label)
  const vector = vectorOf({ label, seen: Seen.parse(written.seen), team, app, purpose, surface })
  if (typeof vector === 'string') throw new Error(vector)
  return AttributeVector.parse(vector)
}

/** What a policy says of the request itself, both forms. */
function decidedBy(world: World, { classification, declared, asked, receipt }: Live) {
  const rules = world.policy.rulesAt(NOW_MS)
  const quality = receipt.seen?.quality ?? 'basic'
  const request = { ...asked, label: classification.label, quality }
  const raw = evaluate(rules, request)
  const { redact } = raw.obligations
  const label = redactedLabel(classification, redact, declared)
  return { raw, redacted: redact.length === 0 ? undefined : evaluate(rules, { ...request, label }) }
}

describe('from what an entry holds, a request is decided again', () => {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed)

  test.each(seeds)('exactly as it was, and as any other policy would have (seed %i)', (seed) => {
    const world = worldWith(randomBundle(seed, SIZE))
    const other = worldWith(randomBundle(seed + 1000, SIZE))
    const draw = drawFrom(seed)
    for (let round = 0; round < 25; round++) {
      const one = live(draw, world)
      const vector = rebuilt(one)
      for (const each of [world, other]) {
        const rules = each.policy.rulesAt(NOW_MS)
        expect(judge(rules, vector)).toEqual(decidedBy(each, one))
      }
      const { raw, redacted } = judge(world.policy.rulesAt(NOW_MS), vector)
      const { guardrails, obligations, attempts, route } = one.receipt
      expect(new Set([...raw.fired, ...(redacted?.fired ?? [])])).toEqual(new Set(guardrails))
      expect(raw.obligations.sources).toEqual(obligations)
      const verdict = attempts[0]?.form === 'redacted' ? redacted : raw
      expect(verdict?.route?.id ?? 'none').toBe(route)
      const removed = one.receipt.removed.filter(({ by }) => by.startsWith('g-'))
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
