import * as z from 'zod'
import { LEVELS } from './label.ts'

const Name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
  message: 'lower-case letters, digits, dot, dash and underscore; at most 64 characters',
})

/** What a caller may declare about its data. It only ever raises the label. */
export const DeclaredLabel = z.strictObject({
  level: z.enum(LEVELS),
  /** Becomes `declared:<name>` categories. */
  categories: z.array(Name).max(16).default([]),
  jurisdictions: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .max(16)
    .default([]),
})
export type DeclaredLabel = z.infer<typeof DeclaredLabel>

/** Who is calling and within which limits: what a key carries. */
export const Caller = z.strictObject({
  keyId: Name,
  tenant: Name,
  team: Name,
  app: Name,
  costCentre: Name,
  purpose: Name,
  /** Aliases, models and destinations this key may name; null for all. `auto` must be listed to be used. */
  allowedModels: z.array(z.string().max(200)).max(100).nullable(),
  /** Taken as declared on every request of this key. */
  defaultLabel: DeclaredLabel.nullable(),
  /** Output tokens to reserve when a request sets no limit; null reserves the model's maximum. */
  defaultOutputTokens: z.int().positive().nullable(),
  /** Refuse what a destination cannot express, as if every request sent `demarc-strict: 1`. */
  strict: z.boolean(),
  limits: z.strictObject({
    requestsPerMinute: z.int().positive().nullable(),
    tokensPerMinute: z.int().positive().nullable(),
    concurrency: z.int().positive().nullable(),
  }),
  expiresAtMs: z.int().positive().nullable(),
})
export type Caller = z.infer<typeof Caller>
