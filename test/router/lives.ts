import type { Finding } from '../../src/domain/finding.ts'
import { join, PUBLIC, type Label } from '../../src/domain/label.ts'
import type { Receipt } from '../../src/domain/plan.ts'
import type { SurfaceName } from '../../src/domain/request.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { compileBundle } from '../../src/router/compile.ts'
import type { decide, Facts } from '../../src/router/decide.ts'
import type { World } from '../../src/router/world.ts'
import { bundleOf } from '../policy/fixtures.ts'
import { randomLabel, randomRequest, type Random } from '../policy/random.ts'
import { CALLER, model, NO_WISHES, requestFacts, worldOf } from './fixtures.ts'

/** Of a random policy. */
export const SIZE = { guardrails: 12, routes: 5, obligations: 8, waivers: 2, destinations: 5 }
const SURFACES: Record<string, SurfaceName> = {
  chat: 'anthropic-messages',
  embeddings: 'openai-embeddings',
  'count-tokens': 'gemini-count-tokens',
}

/** A policy with one model that every destination offers for nothing. */
export function worldWith(bundle: Bundle, hash = 'hash'): World {
  return { ...worldOf(), policy: compileBundle(servable(bundle), hash) }
}

export function servable(bundle: Bundle): Bundle {
  const { model: one, prices } = model(
    'small',
    'frontier',
    ...bundle.destinations.map(({ id }) => ({ at: id, rate: 0 })),
  )
  return bundleOf({ ...bundle, models: [one], prices })
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

/** A request as serving sees it, before anything is decided. */
export function randomFacts(draw: Random): Omit<Facts, 'world'> {
  const asked = randomRequest(draw)
  const findings = randomFindings(draw)
  const declared: Label = draw.chance(0.3) ? { ...randomLabel(draw), scan: 'complete' } : PUBLIC
  const certain = findings.filter(({ confidence }) => confidence > 0.5)
  const label = [...certain, declared].reduce<Label>(
    (sum, { level, categories, jurisdictions }) =>
      join(sum, { level, categories, jurisdictions, scan: 'complete' }),
    draw.chance(0.7) ? { ...PUBLIC, scan: asked.label.scan } : asked.label,
  )
  const { team, app, purpose, operation, handling } = asked
  const surface = SURFACES[operation] ?? 'openai-chat'
  return {
    classification: { label, findings, unscanned: [] },
    declared,
    request: requestFacts({ model: 'small', surface, operation, handling }),
    caller: { ...CALLER, team, app, purpose },
    wishes: { ...NO_WISHES, quality: draw.chance(0.3) ? undefined : asked.quality },
  }
}

/** What is recorded of a decision, whatever it was. */
export function receiptIn(decision: ReturnType<typeof decide>): Receipt {
  if (decision.ok) return decision.value.receipt
  if ('receipt' in decision.error) return decision.error.receipt
  throw new Error('decided without a receipt')
}
