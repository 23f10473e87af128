import * as z from 'zod'
import { Agreement, DestinationClass, Zone } from './destination.ts'
import { ESSENTIAL_FEATURES } from './features.ts'
import { QUALITIES } from './request.ts'

const Id = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/)
const IsoDate = z.iso.date()

/** A fact with its evidence. Past `expires`, or without a value, the worst value is assumed. */
const fact = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    value: value,
    /** A document, contract or page that says so. */
    evidence: z.string().min(1),
    expires: IsoDate,
  })

/** A place that can answer requests: `policies/destinations.yaml`. */
export const CatalogDestination = z.strictObject({
  id: Id,
  /** Which file of `src/destinations` speaks to it. */
  adapter: Id,
  /** Whose account is billed there. */
  account: z.string().min(1),
  region: z.string().min(1),
  facts: z.strictObject({
    class: DestinationClass,
    zone: fact(Zone),
    countries: fact(z.array(z.string().regex(/^[A-Z]{2}$/)).min(1)),
    legalEntity: fact(z.string().min(1)),
    retentionDays: fact(z.int().nonnegative()),
    trainsOnData: fact(z.boolean()),
    agreements: z.array(fact(Agreement)),
  }),
  /**
   * Whether error replies cost money there, if the organisation knows better than the adapter, from a contract or its
   * invoices. Without a statement they accrue at the bound.
   */
  errorReplies: fact(z.enum(['free', 'billed'])).optional(),
})
export type CatalogDestination = z.infer<typeof CatalogDestination>

/** One place where a model is offered. */
export const Offer = z.strictObject({
  destination: Id,
  upstreamModel: z.string().min(1),
  /** Input and output tokens together. */
  contextTokens: z.int().positive(),
  outputTokensMax: z.int().positive(),
  features: z.array(z.enum(ESSENTIAL_FEATURES)),
  /** Most tokens that one image, audio or file part can cost; absent: nothing bounds it, so such parts are refused here. */
  mediaTokensMax: z.int().positive().optional(),
  /** Never chosen: kept so that usage that was recorded elsewhere, or before, can be priced. */
  pricedOnly: z.literal(true).optional(),
  /** Where id, context and features were read. */
  source: z.string().min(1),
})
export type Offer = z.infer<typeof Offer>

/** A model and where it is offered: `policies/models.yaml`. */
export const Model = z.strictObject({
  id: Id,
  family: z.string().min(1),
  developer: z.string().min(1),
  openWeights: z.boolean(),
  quality: z.enum(QUALITIES),
  /** What it does; conversations unless said otherwise. */
  operation: z.enum(['chat', 'embeddings']).optional(),
  offers: z.array(Offer).min(1),
})
export type Model = z.infer<typeof Model>

/** A name that stands for several models, tried by cost. */
export const Alias = z.strictObject({ id: Id, models: z.array(Id).min(1) })
export type Alias = z.infer<typeof Alias>

const MicroUsdPerMTok = z.int().nonnegative()

/** Prices of the meters, in integer micro-dollars per million tokens. A meter that is absent is not offered. */
export const Meters = z.strictObject({
  input: MicroUsdPerMTok,
  cachedInput: MicroUsdPerMTok.optional(),
  cacheWrite5m: MicroUsdPerMTok.optional(),
  cacheWrite1h: MicroUsdPerMTok.optional(),
  output: MicroUsdPerMTok,
})
export type Meters = z.infer<typeof Meters>

/** Where a price comes from, the weakest first: a public list, what was negotiated, what the organisation itself decided. */
export const PRICE_LAYERS = ['catalogue', 'contract', 'organisation'] as const

/** What one model costs at one destination in a span of time: `policies/prices.yaml`. */
export const Price = z.strictObject({
  /** Never reused: ledger rows point at it. */
  version: z.string().min(1),
  /** `catalogue` unless said otherwise. Where several hold at a moment, the organisation's beats the contract's beats the catalogue's. */
  layer: z.enum(PRICE_LAYERS).optional(),
  destination: Id,
  model: Id,
  validFrom: IsoDate,
  /** Exclusive; absent while the price is in force. */
  validTo: IsoDate.optional(),
  meters: Meters,
  /** Above so many input tokens, all meters of the request cost this (a cliff, not a slope). */
  tiers: z
    .array(z.strictObject({ aboveInputTokens: z.int().positive(), meters: Meters }))
    .default([]),
  source: z.string().min(1),
})
export type Price = z.infer<typeof Price>

/** What happens from a share of a budget on; `notify` happens at every one. */
export const BUDGET_ACTIONS = [
  'notify',
  'basic-quality',
  'open-weights-only',
  'own-zone-only',
  'refuse',
] as const
export type BudgetAction = (typeof BUDGET_ACTIONS)[number]

/** From so much of a budget on, requests are served in this way only. Judged by posted spend. */
const BudgetStep = z.strictObject({
  atPercent: z.int().min(1).max(100),
  action: z.enum(BUDGET_ACTIONS),
})

/** Money on top of a budget for a while, and who answers for it. */
const TopUp = z.strictObject({
  amountMicroUsd: z.int().positive(),
  approvedBy: z.string().min(1),
  reason: z.string().min(1),
  /** RFC 3339; exclusive. */
  until: z.iso.datetime(),
})

/** A cap on the spend of one node of the tree tenant → team → app → key: `policies/budgets.yaml`. */
export const Budget = z.strictObject({
  id: Id,
  scope: z.enum(['tenant', 'team', 'app', 'key']),
  /** Name of the team, app or key; the tenant's own budget has none. */
  name: Id.optional(),
  /** Only what is spent at destinations of this class counts, such as `closed`. */
  class: DestinationClass.optional(),
  /** In UTC. Quarters and years begin with `yearStartsInMonth`. */
  period: z.enum(['day', 'month', 'quarter', 'year']),
  /** 1 to 12: the first month of the fiscal year. */
  yearStartsInMonth: z.int().min(1).max(12).optional(),
  limitMicroUsd: z.int().positive(),
  steps: z.array(BudgetStep).optional(),
  topUps: z.array(TopUp).optional(),
})
export type Budget = z.infer<typeof Budget>
