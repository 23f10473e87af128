import type { Bundle } from '../../src/policy/schema.ts'

/** Which tables of the bundle each file of `policies/` holds, by the file's name without `.yaml`. */
export const POLICY_FILES: Readonly<Record<string, readonly (keyof Bundle)[]>> = {
  attributes: ['attributes'],
  labels: ['labels'],
  guardrails: ['guardrails'],
  routes: ['routes'],
  obligations: ['obligations'],
  waivers: ['waivers'],
  invariants: ['invariants'],
  destinations: ['destinations'],
  models: ['models', 'aliases'],
  prices: ['prices'],
  budgets: ['budgets'],
}
