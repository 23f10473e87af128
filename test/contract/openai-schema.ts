import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { isObject, listOf, objectOf, type Foreign } from '../../src/wire/read.ts'

/** OpenAI's API description, kept outside the repository: without it there is nothing to check with. */
const DESCRIPTION = join(import.meta.dirname, '../../../shared/data/openapi/openai.json')

export const hasOpenaiSchema = existsSync(DESCRIPTION)

let compiled: Ajv2020 | undefined

/** What is wrong with a value by one of OpenAI's schemas; undefined if nothing is. */
export function schemaProblem(name: string, value: unknown): string | undefined {
  compiled ??= compile()
  const validate = compiled.getSchema(`openai#/components/schemas/${name}`)
  if (validate === undefined) throw new Error(`OpenAI's description has no schema ${name}`)
  return validate(value) === true ? undefined : compiled.errorsText(validate.errors)
}

/** The names of the top-level members that a schema knows, those of the schemas that it is made of included. */
export function namesOf(name: string): ReadonlySet<string> {
  const found = known.get(name) ?? new Set(collectNames(schemasOf(), schemasOf()[name]))
  known.set(name, found)
  return found
}

const known = new Map<string, ReadonlySet<string>>()

function collectNames(schemas: Foreign, schema: unknown): string[] {
  const { $ref: reference, allOf, properties } = objectOf(schema)
  if (typeof reference === 'string') {
    return collectNames(schemas, schemas[reference.split('/').at(-1) ?? ''])
  }
  const inner = listOf(allOf).flatMap((part) => collectNames(schemas, part))
  return [...Object.keys(objectOf(properties)), ...inner]
}

let described: Foreign | undefined

function schemasOf(): Foreign {
  described ??= objectOf(
    objectOf(objectOf(JSON.parse(readFileSync(DESCRIPTION, 'utf8')))['components'])['schemas'],
  )
  return described
}

function compile(): Ajv2020 {
  const schemas = schemasOf()
  // Its alternatives overlap: a message that is a list of parts is of two of them.
  const { oneOf, ...item } = objectOf(schemas['InputItem'])
  const distinct = { ...schemas, InputItem: { ...item, anyOf: oneOf } }
  // `strict` would refuse OpenAPI's own words; formats such as `uri` say nothing about our fields.
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'openai', components: { schemas: rewrite(distinct) } })
  return ajv
}

/** Version 3.1 of OpenAPI has no `nullable`, which the description still uses; and `discriminator` is only a hint. */
function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite)
  if (!isObject(value)) return value
  const { discriminator: _hint, ...rest } = value
  const isNullable = rest['nullable'] === true
  const schema = Object.fromEntries(
    Object.entries(rest)
      .filter(([key]) => !isNullable || key !== 'nullable')
      .map(([key, part]) => [key, rewrite(part)]),
  )
  return isNullable ? { anyOf: [schema, { type: 'null' }] } : schema
}
