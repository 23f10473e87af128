import * as z from 'zod'
import { FINDING_KINDS } from './finding.ts'
import { CATEGORIES, LEVELS } from './label.ts'
import { QUALITIES } from './request.ts'

export const LabelCategory = z.union([
  z.enum(CATEGORIES),
  z.templateLiteral(['declared:', z.string()]),
])

/** Level, categories and jurisdictions of a part of a request. */
const LabelPart = [
  z.enum(LEVELS),
  z.array(LabelCategory).readonly(),
  z.array(z.string()).readonly(),
] as const

/** The same of what was found of one kind, personal data apart from other. */
const FoundPart = z.tuple([z.enum(FINDING_KINDS), ...LabelPart])

/** What remains of a label if some kinds are replaced, for whichever kinds. */
export const Replaceable = z.strictObject({
  /** What no finding accounts for, or was declared: it stays. Absent if that is nothing. */
  kept: z.tuple(LabelPart).readonly().optional(),
  found: z.array(FoundPart.readonly()).readonly(),
})
export type Replaceable = z.infer<typeof Replaceable>

/**
 * What the policy saw of a request and no other field of its entry tells: what came as usual is left out, so that most
 * requests add `{}`. With it any policy can decide the request again.
 */
export const Seen = z.strictObject({
  /** As it was asked for; absent for basic. */
  quality: z.enum(QUALITIES).optional(),
  /** What differs from a plain request. */
  handling: z
    .strictObject({
      stored: z.literal(true).exactOptional(),
      hostedTools: z.literal(true).exactOptional(),
      longCache: z.literal(true).exactOptional(),
      serviceTier: z.literal('other').exactOptional(),
    })
    .optional(),
  /** Absent if nothing that was found could be replaced. */
  replaceable: Replaceable.optional(),
})
export type Seen = z.infer<typeof Seen>
