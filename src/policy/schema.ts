import * as z from 'zod'
import { Alias, Budget, CatalogDestination, Model, Price } from '../domain/catalog.ts'
import { Agreement, DestinationClass, Zone } from '../domain/destination.ts'
import { FINDING_KINDS } from '../domain/finding.ts'
import { CATEGORIES, LEVELS, SCANS } from '../domain/label.ts'
import { OPERATIONS, QUALITIES } from '../domain/request.ts'
import { AttributeName, Attributes, Labels } from './vocabulary.ts'

/** Appears in receipts and refusals, so it is a word that people can say. */
const RuleId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,63}$/, { message: 'lower-case letters, digits and dashes' })
const Because = z.string().min(1)
const Owner = z.string().min(1)

/** A country as in ISO 3166-1 alpha-2, or a group of `attributes.yaml`. */
const Place = z.string().regex(/^([A-Z]{2}|[a-z][a-z0-9-]{0,31})$/, {
  message: 'a country such as DE, or a country group of attributes.yaml such as eu',
})
const Places = z.array(Place).min(1)

const DeclaredCategory = z.templateLiteral([
  'declared:',
  z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
])
const SomeCategories = z.array(z.union([z.enum(CATEGORIES), DeclaredCategory])).min(1)
const Names = z.array(AttributeName).min(1)

/** What must be true of a request. All that is named must hold; `{}` is every request. */
export const RequestCondition = z.strictObject({
  level: z
    .union([z.array(z.enum(LEVELS)).min(1), z.strictObject({ atLeast: z.enum(LEVELS) })])
    .optional(),
  categories: z
    .strictObject({
      any: SomeCategories.optional(),
      all: SomeCategories.optional(),
      none: SomeCategories.optional(),
    })
    .optional(),
  /** `unknown` also holds when the label names no jurisdiction. */
  jurisdictions: z.strictObject({ any: Places, unknown: z.boolean().default(false) }).optional(),
  scan: z.array(z.enum(SCANS)).min(1).optional(),
  team: Names.optional(),
  app: Names.optional(),
  purpose: Names.optional(),
  quality: z.array(z.enum(QUALITIES)).min(1).optional(),
  operation: z.array(z.enum(OPERATIONS)).min(1).optional(),
  handling: z
    .strictObject({
      stored: z.boolean().optional(),
      hostedTools: z.boolean().optional(),
      longCache: z.boolean().optional(),
      serviceTier: z.enum(['default', 'other']).optional(),
    })
    .optional(),
})
export type RequestCondition = z.infer<typeof RequestCondition>

/** What must be true of a destination: facts, never a vendor's name. All that is named must hold; `{}` is every destination. */
export const DestinationCondition = z.strictObject({
  /** By its id, whatever is known of it. Only an emergency stop may: other rules speak of facts, so that a new destination inherits them. */
  destination: z.array(z.string().min(1)).min(1).optional(),
  class: z.array(DestinationClass).min(1).optional(),
  zone: Zone.optional(),
  /** `any`: it may process in one of these; `outside`: it may process in a country that is none of these. Unknown is both. */
  countries: z
    .union([z.strictObject({ any: Places }), z.strictObject({ outside: Places })])
    .optional(),
  legalEntity: z.array(z.string().min(1)).min(1).optional(),
  retentionDays: z
    .union([
      z.strictObject({ above: z.int().nonnegative() }),
      z.strictObject({ atMost: z.int().nonnegative() }),
    ])
    .optional(),
  trainsOnData: z.boolean().optional(),
  /** `has`: at least one of them is in force; `lacks`: none of them is. */
  agreements: z
    .union([
      z.strictObject({ has: z.array(Agreement).min(1) }),
      z.strictObject({ lacks: z.array(Agreement).min(1) }),
    ])
    .optional(),
})
export type DestinationCondition = z.infer<typeof DestinationCondition>

/** `simulate` only reports; `enforce` can be waived, `enforce-no-waiver` cannot. */
const GuardrailLevel = z.enum(['simulate', 'enforce', 'enforce-no-waiver'])

/** Only guardrails can be waived, so other rules know two levels. Absent: enforced. */
const RuleLevel = z.enum(['simulate', 'enforce'])

/** When a rule holds, in UTC: from the start of the day `from` until the day `until` begins. What is absent has no end. */
const Window = z
  .strictObject({ from: z.iso.date().optional(), until: z.iso.date().optional() })
  .refine(({ from, until }) => from === undefined || until === undefined || from < until, {
    message: '`until` comes after `from`',
  })
export type Window = z.infer<typeof Window>

/** "Never": order-free, and it wins over everything else. */
export const Guardrail = z.strictObject({
  id: RuleId,
  owner: Owner,
  because: Because,
  level: GuardrailLevel,
  window: Window.optional(),
  when: RequestCondition,
  never: DestinationCondition,
})
export type Guardrail = z.infer<typeof Guardrail>

/** A destination class, a destination's id, or `cheapest` for all. */
const Target = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, {
  message: 'cheapest, a destination class, or the id of a destination',
})

/** A second destination is asked as well when the first has not begun to answer after a while. */
const Hedge = z.strictObject({
  afterMs: z.int().min(10).max(60_000),
  /** Attempts under way at the same time, the first one included. */
  maxAttempts: z.int().min(2).max(3),
})

/** "Prefer": the first that matches decides. What it does not list is not used; a list in the list is one rank, cheapest first. */
export const Route = z.strictObject({
  id: RuleId,
  owner: Owner,
  because: Because,
  level: RuleLevel.optional(),
  window: Window.optional(),
  when: RequestCondition,
  prefer: z.array(z.union([Target, z.array(Target).min(1)])).min(1),
  /** Least quality for `auto` when the caller asks for none. */
  quality: z.enum(QUALITIES).optional(),
  /** Absent: one destination at a time. */
  hedge: Hedge.optional(),
})
export type Route = z.infer<typeof Route>

/** One thing that must be done. Where several rules demand the same thing, the strictest wins. */
const Demand = z.union([
  /**
   * Kinds to replace before anything leaves zone `own`. `pseudonymise` (the default) numbers the placeholders, so that an answer can be
   * read with them and they can be put back; `mask` is stricter: nothing can be told apart or put back.
   */
  z.strictObject({
    redact: z.array(z.enum(FINDING_KINDS)).min(1),
    by: z.enum(['pseudonymise', 'mask']).optional(),
  }),
  /** Decimal dollars, as text: most that one attempt may cost. */
  z.strictObject({
    maxCostUsd: z
      .string()
      .regex(/^\d{1,12}(\.\d{1,12})?$/, { message: "dollars as text, such as '0.50'" }),
  }),
  /** How much of the request is recorded. */
  z.strictObject({ log: z.literal('minimal') }),
  /** No cache that outlives the request: a third party that is asked for one is no candidate. */
  z.strictObject({ cache: z.literal('none') }),
  /** Only destinations that keep nothing: 0 days, or an agreement on zero retention in force. */
  z.strictObject({ retention: z.literal('zero') }),
  /** A person looks at the answer before it is used. */
  z.strictObject({ review: z.literal('human') }),
  /** The policy authority is asked before each attempt, instead of trusting its last word for as long as a lease runs. */
  z.strictObject({ fresh: z.literal('strict') }),
])

/** "Must": all that match, and the strictest wins. */
export const Obligation = z.strictObject({
  id: RuleId,
  owner: Owner,
  because: Because,
  level: RuleLevel.optional(),
  window: Window.optional(),
  when: RequestCondition,
  must: Demand,
})
export type Obligation = z.infer<typeof Obligation>

/** Lifts one guardrail of level `enforce`, for some requests and destinations, for at most 90 days. */
export const Waiver = z.strictObject({
  id: RuleId,
  guardrail: RuleId,
  ticket: z.string().min(1),
  because: Because,
  approvers: z.array(z.string().min(1)).min(2),
  when: RequestCondition,
  to: DestinationCondition,
  /** In UTC: from the start of the day `from` until the day `expires` begins. */
  from: z.iso.date(),
  expires: z.iso.date(),
})
export type Waiver = z.infer<typeof Waiver>

/** What no version of the policy may allow: that a request like this reaches a destination like that. */
export const Invariant = z.strictObject({
  id: RuleId,
  owner: Owner,
  because: Because,
  when: RequestCondition,
  never: DestinationCondition,
})
export type Invariant = z.infer<typeof Invariant>

/** The policy and its catalogue as one value. Canonical JSON of it is what is hashed, stored and run. */
export const Bundle = z.strictObject({
  /** Version of this shape, not of the policy: a policy's version is its hash. */
  version: z.literal(1),
  attributes: Attributes,
  labels: Labels,
  guardrails: z.array(Guardrail),
  routes: z.array(Route),
  obligations: z.array(Obligation),
  waivers: z.array(Waiver),
  invariants: z.array(Invariant),
  destinations: z.array(CatalogDestination).min(1).max(64),
  models: z.array(Model),
  aliases: z.array(Alias),
  prices: z.array(Price),
  budgets: z.array(Budget),
})
export type Bundle = z.infer<typeof Bundle>
