import * as z from 'zod'
import { LabelTable } from '../domain/label-table.ts'
import { CATEGORIES, LEVELS } from '../domain/label.ts'

/** Name of a team, an app or a purpose, as keys carry it. */
export const AttributeName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
  message: 'lower-case letters, digits, dot, dash and underscore',
})

const CountryGroup = z.strictObject({
  /** As it reads in a sentence: "the EU and EEA". */
  title: z.string().min(1),
  /** ISO 3166-1 alpha-2 codes. */
  countries: z.array(z.string().regex(/^[A-Z]{2}$/)).min(1),
  /** Where the list comes from. */
  source: z.string().min(1),
})

/** `policies/attributes.yaml`: the names that rules may use beside those that the code knows, so that a typo is an error. */
export const Attributes = z.strictObject({
  countryGroups: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), CountryGroup),
  teams: z.array(AttributeName),
  apps: z.array(AttributeName),
  purposes: z.array(AttributeName),
  /** What may follow `declared:` in a rule. */
  declaredCategories: z.array(AttributeName),
})
export type Attributes = z.infer<typeof Attributes>

const Description = z.strictObject({ title: z.string().min(1), means: z.string().min(1) })

/**
 * `policies/labels.yaml`: what the organisation means by each level and category, for people to read, and in `table` which
 * of them follow from what is found. Without a table the classifier's own levels count.
 */
export const Labels = z.strictObject({
  levels: z.record(z.enum(LEVELS), Description),
  categories: z.record(z.enum(CATEGORIES), Description),
  table: LabelTable.optional(),
})
export type Labels = z.infer<typeof Labels>
