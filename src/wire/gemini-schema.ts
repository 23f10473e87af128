import type { Json, JsonObject } from '../domain/json.ts'
import { snakeCase } from './gemini-words.ts'

/** Keywords of Google's schemas whose values are schemas, lists of them, or schemas by name. */
const ONE = new Set(['items', 'additionalProperties', 'not'])
const MANY = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const NAMED = new Set(['properties', 'defs', '$defs', 'definitions'])

/** Whole numbers that Google writes as text, as its JSON does for all of 64 bits. */
const COUNTS = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
])

const CAMEL = new Map(
  [...MANY, ...COUNTS, 'additionalProperties'].map((name) => [snakeCase(name), name]),
)

/** Says only how Google orders its own answer, or that a string is one of an `enum`. */
const isOnlyGoogles = (key: string, value: Json): boolean =>
  key === 'propertyOrdering' ||
  key === 'property_ordering' ||
  (key === 'format' && value === 'enum')

/** Google's `Schema`, a dialect of OpenAPI 3.0 with types in capitals, as JSON Schema. */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const out: Record<string, Json> = {}
  for (const [name, value] of Object.entries(schema)) {
    const key = CAMEL.get(name) ?? name
    if (key === 'nullable' || isOnlyGoogles(key, value)) continue
    out[key] = valueOf(key, value)
  }
  if (schema['nullable'] !== true) return out
  if (typeof out['type'] === 'string') return { ...out, type: [out['type'], 'null'] }
  return Array.isArray(out['anyOf']) ? { ...out, anyOf: [...out['anyOf'], { type: 'null' }] } : out
}

function valueOf(key: string, value: Json): Json {
  if (key === 'type') return typeof value === 'string' ? value.toLowerCase() : value
  if (ONE.has(key)) return schemaOr(value)
  if (MANY.has(key)) return isList(value) ? value.map(schemaOr) : value
  if (COUNTS.has(key)) return typeof value === 'string' ? Number(value) : value
  if (!NAMED.has(key) || !isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, schemaOr(one)]))
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value)

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

const schemaOr = (value: Json): Json => (isObject(value) ? jsonSchemaOf(value) : value)
