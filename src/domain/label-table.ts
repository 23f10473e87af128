import * as z from 'zod'
import { FINDING_KINDS } from './finding.ts'
import { CATEGORIES, LEVELS } from './label.ts'

/** What finding something means. Rows of one `find` add up, and replace what the classifier says of it by itself. */
const FindingRow = z.strictObject({
  /** What is found, by the classifier's name for it: `email`, `ip-local`, `marker-legal`. */
  find: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,63}$/, { message: 'lower-case letters, digits and dashes' }),
  /** From so many different values in a request. */
  count: z.int().min(1).max(1_000).default(1),
  /** Only finds that are at least so sure, 0 to 1. Under 0.5 a find is only possible. */
  confidence: z.number().min(0).max(1).default(0.5),
  level: z.enum(LEVELS),
  categories: z.array(z.enum(CATEGORIES)).default([]),
})

/** Kinds that are worse together: with any of `with` in the same request, `kind` makes it at least this level. */
const TogetherRow = z.strictObject({
  kind: z.enum(FINDING_KINDS),
  with: z.array(z.enum(FINDING_KINDS)).min(1),
  level: z.enum(LEVELS),
  categories: z.array(z.enum(CATEGORIES)).default([]),
})

/** Level and categories by what is found, how often and how surely. What it does not name keeps the classifier's own level. */
export const LabelTable = z.strictObject({
  findings: z.array(FindingRow),
  together: z.array(TogetherRow),
})
export type LabelTable = z.infer<typeof LabelTable>
