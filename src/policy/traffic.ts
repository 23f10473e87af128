import * as z from 'zod'
import { LEVELS, SCANS } from '../domain/label.ts'
import { OPERATIONS, QUALITIES } from '../domain/request.ts'
import { LabelCategory, Replaceable } from '../domain/seen.ts'

export const TrafficLabel = z.strictObject({
  level: z.enum(LEVELS),
  categories: z.array(LabelCategory),
  jurisdictions: z.array(z.string()),
  scan: z.enum(SCANS),
})

const Handling = z.strictObject({
  stored: z.boolean(),
  hostedTools: z.boolean(),
  longCache: z.boolean(),
  serviceTier: z.enum(['default', 'other']),
})

/** All that a policy saw of a request, without the request: as `RequestAttributes`, in JSON. */
export const AttributeVector = z.strictObject({
  label: TrafficLabel,
  /** What the label is made of: says exactly what remains, whichever kinds a policy wants replaced. */
  replaceable: Replaceable.optional(),
  /** For records from elsewhere: what remained after redaction. Without either, a redacted form is judged by the whole label. */
  redactedLabel: TrafficLabel.optional(),
  team: z.string(),
  app: z.string(),
  purpose: z.string(),
  quality: z.enum(QUALITIES),
  operation: z.enum(OPERATIONS),
  handling: Handling,
})
export type AttributeVector = z.infer<typeof AttributeVector>

/** Requests with one attribute vector that went to one place: a line of traffic that a backtest replays. */
export const TrafficRecord = z.strictObject({
  attributes: AttributeVector,
  /** Settled, in pico-dollars, of all of them. */
  costPicoUsd: z.string().regex(/^\d+$/),
  count: z.int().positive(),
  /** Where they went; null if they were refused. */
  destination: z.string().nullable(),
  /** Of all of them. */
  tokens: z.strictObject({ input: z.int().nonnegative(), output: z.int().nonnegative() }),
})
export type TrafficRecord = z.infer<typeof TrafficRecord>

/** Records that are alike, added up. */
export type TrafficGroup = {
  readonly attributes: AttributeVector
  readonly destination: string | null
  readonly count: number
  readonly tokens: TrafficRecord['tokens']
  readonly costPicoUsd: bigint
}
