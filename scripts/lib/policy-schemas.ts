import * as z from 'zod'
import { Retention } from '../../src/policy/retention.ts'
import { Bundle } from '../../src/policy/schema.ts'
import { Finance } from '../../src/ledger/finance.ts'
import { TcoInputs } from '../../src/ledger/tco.ts'
import { GoldenCases } from './golden-cases.ts'
import { POLICY_FILES } from './policy-tables.ts'

/** JSON Schema of every policy file, by its name: what editors check YAML against. */
export function policySchemas(): ReadonlyMap<string, object> {
  const schemas = new Map<string, object>()
  for (const [name, tables] of Object.entries(POLICY_FILES)) {
    const shape = Object.fromEntries(tables.map((table) => [table, Bundle.shape[table]]))
    schemas.set(name, toJsonSchema(z.strictObject(shape), `policies/${name}.yaml`))
  }
  schemas.set('cases', toJsonSchema(GoldenCases, 'policies/cases/*.yaml'))
  schemas.set('finance', toJsonSchema(Finance, 'policies/finance.yaml'))
  schemas.set('retention', toJsonSchema(Retention, 'policies/retention.yaml'))
  schemas.set('tco', toJsonSchema(TcoInputs, 'policies/tco.yaml'))
  return schemas
}

/** `io: 'input'`: what a person writes, where fields with a default may be left out. */
const toJsonSchema = (schema: z.ZodType, title: string): object => ({
  ...z.toJSONSchema(schema, { io: 'input' }),
  title,
})
