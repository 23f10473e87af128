import * as z from 'zod'

/** A check of the official rule file: a leaf on columns, or a combination of others. */
export type Check = {
  readonly CheckFunction?: string | undefined
  readonly Items?: readonly Check[] | undefined
  readonly ModelRuleId?: string | undefined
  readonly ColumnName?: string | undefined
  readonly CheckCondition?: string | undefined
  readonly ColumnAName?: string | undefined
  readonly ColumnBName?: string | undefined
  readonly ResultColumnName?: string | undefined
  readonly ExpectedCount?: number | undefined
  readonly Value?: string | number | null | undefined
}

const Check: z.ZodType<Check> = z.lazy(() =>
  z.object({
    CheckFunction: z.string().optional(),
    Items: z.array(Check).optional(),
    ModelRuleId: z.string().optional(),
    ColumnName: z.string().optional(),
    /** The rule file writes this for ColumnName in two conditions. */
    CheckCondition: z.string().optional(),
    ColumnAName: z.string().optional(),
    ColumnBName: z.string().optional(),
    ResultColumnName: z.string().optional(),
    ExpectedCount: z.number().optional(),
    Value: z.union([z.string(), z.number(), z.null()]).optional(),
  }),
)

const Rule = z.object({
  Function: z.string(),
  Reference: z.string(),
  EntityType: z.string(),
  Type: z.enum(['Static', 'Dynamic']),
  ApplicabilityCriteria: z.array(z.string()),
  ValidationCriteria: z.object({
    MustSatisfy: z.string(),
    Keyword: z.string(),
    Requirement: Check,
    Condition: Check,
  }),
})
export type FocusRule = z.infer<typeof Rule>

/** The part of the FinOps Foundation's machine-readable FOCUS rules (focus_validator, `model-1.2.json`) that is needed. */
export const FocusModel = z.object({
  Details: z.object({ FOCUSVersion: z.string() }),
  ModelRules: z.record(z.string(), Rule),
})
export type FocusModel = z.infer<typeof FocusModel>
