import { callerOf } from '../../src/access/key-request.ts'
import type { Caller } from '../../src/domain/caller.ts'
import type { Classification } from '../../src/domain/finding.ts'
import { type Label, PUBLIC } from '../../src/domain/label.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Refusal } from '../../src/domain/refusal.ts'
import { PLAIN_HANDLING, type Quality, type RequestFacts } from '../../src/domain/request.ts'
import type { Result } from '../../src/domain/result.ts'
import { compileBundle } from '../../src/router/compile.ts'
import { decide } from '../../src/router/decide.ts'
import type { Availability, Wishes, World } from '../../src/router/world.ts'
import { bundleOf, NOW_MS, own, place } from '../policy/fixtures.ts'

export const CALLER = callerOf('key-1', { team: 'red', app: 'app' })
export const NO_WISHES: Wishes = {
  label: undefined,
  quality: undefined,
  maxCostPicoUsd: undefined,
  strict: false,
}

type Offer = {
  readonly at: string
  readonly upstream?: string
  readonly context?: number
  readonly output?: number
  readonly features?: readonly ('tools' | 'vision' | 'json-schema')[]
  readonly media?: number
  readonly rate?: number | null
}

/** A model with its offers; `rate` is the price of every meter in micro-dollars per million tokens, null for no price. */
export function model(id: string, quality: Quality, ...offers: readonly Offer[]) {
  return {
    model: {
      id,
      family: 'f',
      developer: 'd',
      openWeights: true,
      quality,
      offers: offers.map((offer) => ({
        destination: offer.at,
        upstreamModel: offer.upstream ?? `up/${id}`,
        contextTokens: offer.context ?? 100_000,
        outputTokensMax: offer.output ?? 1000,
        features: [...(offer.features ?? [])],
        ...(offer.media === undefined ? {} : { mediaTokensMax: offer.media }),
        source: 'a page',
      })),
    },
    prices: offers
      .filter(({ rate }) => rate !== null)
      .map(({ at, rate = 1_000_000 }) => ({
        version: `${at}/${id}`,
        destination: at,
        model: id,
        validFrom: '2026-01-01',
        meters: { input: rate ?? 0, output: rate ?? 0 },
        source: 'a page',
      })),
  }
}

/** Free at home, cheap away, and dear at a closed place that has the best model. */
const MODELS = [
  model('small', 'basic', { at: 'home', rate: 0 }, { at: 'away', rate: 100_000 }),
  model('large', 'standard', { at: 'away', rate: 500_000, features: ['tools'] }),
  model('best', 'frontier', {
    at: 'closed',
    rate: 9_000_000,
    features: ['tools', 'vision'],
    upstream: 'best-2026',
    media: 2000,
    output: 8000,
  }),
]

type Tables = NonNullable<Parameters<typeof bundleOf>[0]>

export function worldOf(
  tables: Tables = {},
  parts: Partial<Omit<World, 'policy'>> = {},
  models = MODELS,
): World {
  const bundle = bundleOf({
    destinations: [
      own('home'),
      place('away', { agreements: ['dpa'] }),
      place('closed', { class: 'closed', countries: ['US'] }),
    ],
    models: models.map((one) => one.model),
    prices: models.flatMap((one) => one.prices),
    ...tables,
  })
  return {
    policy: compileBundle(bundle, 'hash'),
    adapters: { plain: { unsupported: [], acceptsModel: () => true } },
    availability: () => 'ready',
    ownZoneOnly: false,
    nowMs: NOW_MS,
    ...parts,
  }
}

export const availability =
  (states: Readonly<Record<string, Availability>>) =>
  (destination: string): Availability =>
    states[destination] ?? 'ready'

export const requestFacts = (parts: Partial<RequestFacts> = {}): RequestFacts => ({
  surface: 'openai-chat',
  operation: 'chat',
  model: 'auto',
  stream: false,
  wantsUsageChunk: false,
  features: [],
  promptBytes: 400,
  templateParts: 1,
  mediaParts: 0,
  outputTokensMax: 100,
  choices: 1,
  handling: PLAIN_HANDLING,
  unknownFields: [],
  ...parts,
})

type Question = {
  readonly world?: World
  readonly label?: Partial<Label>
  readonly request?: Partial<RequestFacts>
  readonly caller?: Partial<Caller>
  readonly wishes?: Partial<Wishes>
  readonly findings?: Classification['findings']
  readonly declared?: Label
}

export function ask({
  world = worldOf(),
  label,
  request,
  caller,
  wishes,
  findings,
  declared,
}: Question): Result<Plan, Refusal> {
  return decide({
    classification: { label: { ...PUBLIC, ...label }, findings: findings ?? [], unscanned: [] },
    declared: declared ?? PUBLIC,
    request: requestFacts(request),
    caller: { ...CALLER, ...caller },
    wishes: { ...NO_WISHES, ...wishes },
    world,
  })
}

/** Attempts as `destination/model`, or the refusal as `code` or `code:rule`. */
export function answer(decision: Result<Plan, Refusal>): readonly string[] | string {
  if (decision.ok) return decision.value.attempts.map((one) => `${one.destination}/${one.model}`)
  const { error } = decision
  return error.code === 'policy_forbids' ? `${error.code}:${error.rule}` : error.code
}

export const removedFrom = (decision: Result<Plan, Refusal>): readonly string[] => {
  const receipt = decision.ok
    ? decision.value.receipt
    : 'receipt' in decision.error
      ? decision.error.receipt
      : undefined
  return (receipt?.removed ?? []).map(
    ({ destination, model: id, by }) => `${destination}${id === undefined ? '' : `/${id}`}: ${by}`,
  )
}
