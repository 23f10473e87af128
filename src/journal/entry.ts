import * as z from 'zod'

const Pico = z.string().regex(/^-?\d+$/)

/** What finance needs to know of an attempt, copied into every entry about it, so that each entry stands alone. */
export const PostingFacts = z.strictObject({
  team: z.string(),
  app: z.string(),
  key: z.string(),
  costCentre: z.string(),
  purpose: z.string(),
  surface: z.string(),
  destination: z.string(),
  /** Whose account at the destination is billed. */
  account: z.string(),
  region: z.string(),
  legalEntity: z.string(),
  modelRequested: z.string(),
  model: z.string(),
  upstreamModel: z.string(),
  form: z.enum(['raw', 'redacted']),
  level: z.string(),
  policyHash: z.string(),
  priceVersion: z.string(),
  /** From `demarc-tags`; a value that was flagged is stored as its kind only. */
  tags: z.record(z.string(), z.string()).optional(),
})
export type PostingFacts = z.infer<typeof PostingFacts>

const UsageFigures = z.strictObject({
  input: z.int(),
  cachedInput: z.int(),
  cacheWrite5m: z.int(),
  cacheWrite1h: z.int(),
  output: z.int(),
  reasoning: z.int(),
})

const Common = { seq: z.int().positive(), atMs: z.int(), decision: z.string() }
const OfAttempt = { ...Common, attempt: z.string(), facts: PostingFacts }

/** Money is held and the decision is on record: what must exist before a byte leaves. */
const ReserveEntry = z.strictObject({
  kind: z.literal('reserve'),
  ...OfAttempt,
  /** From 1; a fallback is attempt 2 of the same decision. */
  number: z.int().positive(),
  heldPicoUsd: Pico,
  expiresAtMs: z.int(),
  /** Nodes of the budget tree that it counts against, such as `tenant`, `team:search`. */
  nodes: z.array(z.string()),
  /** Calendar month in UTC, `2026-11`. */
  period: z.string(),
  /** Keyed hash of the body as it is sent. */
  bodyHash: z.string(),
  /** Under which of the policy authority's terms it was held, and which version of the policy that was. */
  term: z.int().positive().optional(),
  policyVersion: z.int().positive().optional(),
  /** Nobody vouched for the term any more: only zone `own` was served. */
  lease: z.literal('none').optional(),
  /** On the first attempt of a decision: the receipt (domain/plan). */
  receipt: z.unknown().optional(),
})

/** Why a person changed what the books say. */
const Adjustment = z.strictObject({
  reason: z.string(),
  /** The posting that it corrects, if it is one. */
  about: z.int().positive().nullable(),
  /** The month that it belongs to; another than the entry's own if that one was closed already. */
  forPeriod: z.string(),
})

/**
 * How an attempt ended and what it cost. `expire` accrues the bound because nobody reported; `reverse` takes that back.
 * `adjust` is booked by a person or from an invoice and closes nothing.
 */
export const CloseEntry = z.strictObject({
  kind: z.enum(['settle', 'expire', 'reverse', 'void', 'adjust']),
  ...OfAttempt,
  /** Sequence number of the reserve entry; 0 for an adjustment of no single attempt. */
  reserveSeq: z.int().nonnegative(),
  nodes: z.array(z.string()),
  period: z.string(),
  /** Signed: a reversal is negative, a void 0. */
  costPicoUsd: Pico,
  outcome: z.enum([
    'ok',
    'upstream-error',
    'cut-off',
    'client-gone',
    'superseded',
    'timeout',
    'expired',
    'never-sent',
    'correction',
    'late-correction',
    'accrual',
    'accrual-reversal',
  ]),
  usage: UsageFigures.nullable(),
  usageSource: z.enum(['provider', 'counted', 'bound']),
  finish: z.string().nullable(),
  upstreamStatus: z.int().nullable(),
  upstreamRequestId: z.string().nullable(),
  serviceTier: z.string().nullable(),
  /** The model that the upstream says it used, if it is one of the catalogue's ids. */
  modelServed: z.string().nullable(),
  /** Only of `adjust`. */
  adjustment: Adjustment.optional(),
})

/** A decision that sent nothing. */
const RefuseEntry = z.strictObject({
  kind: z.literal('refuse'),
  ...Common,
  team: z.string(),
  app: z.string(),
  key: z.string(),
  surface: z.string(),
  code: z.string(),
  rule: z.string().nullable(),
  purpose: z.string().optional(),
  receipt: z.unknown().optional(),
})

/** A step of the policy's life: no request, no money. `stepHash` is its place in the chain of steps. */
const PolicyEntry = z.strictObject({
  kind: z.literal('policy'),
  ...Common,
  step: z.int().positive(),
  stepHash: z.string(),
  event: z.string(),
  actor: z.string(),
  draft: z.string().nullable(),
  policyHash: z.string().nullable(),
  ticket: z.string().nullable(),
})

export const EntryBody = z.discriminatedUnion('kind', [
  ReserveEntry,
  CloseEntry,
  RefuseEntry,
  PolicyEntry,
])
export type EntryBody = z.infer<typeof EntryBody>
export type CloseEntry = z.infer<typeof CloseEntry>

/** An entry as it is stored and shipped: `hash` is SHA-256 (hex) of `prevHash`, a newline and `body`. */
export const StoredEntry = z.strictObject({
  seq: z.int().positive(),
  prevHash: z.string(),
  hash: z.string(),
  /** JSON text of an EntryBody. */
  body: z.string(),
})
export type StoredEntry = z.infer<typeof StoredEntry>

/** The hash before the first entry. */
export const GENESIS_HASH = '0'.repeat(64)
