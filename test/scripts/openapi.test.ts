import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'

const FILE = join(import.meta.dirname, '../../docs/openapi.json')

const Described = z.object({ schema: z.looseObject({}) })
const Content = z.record(z.string(), Described)
const Operation = z.object({
  operationId: z.string(),
  summary: z.string().min(1),
  parameters: z.array(
    z.union([
      z.strictObject({ $ref: z.string() }),
      z.strictObject({
        name: z.string(),
        in: z.enum(['path', 'query']),
        required: z.boolean(),
        description: z.string().optional(),
        schema: z.looseObject({}),
      }),
    ]),
  ),
  requestBody: z.object({ required: z.literal(true), content: Content }).optional(),
  responses: z.record(
    z.string().regex(/^[2-5]\d\d$/),
    z.union([
      z.strictObject({ $ref: z.string() }),
      z.object({ description: z.string().min(1), content: Content.optional() }),
    ]),
  ),
  security: z.array(z.record(z.string(), z.array(z.string()))),
})
const Document = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(
    z.string().startsWith('/'),
    z.record(z.enum(['get', 'post', 'put', 'delete']).or(z.string()), Operation),
  ),
  components: z.object({
    schemas: z.record(z.string(), z.looseObject({})),
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.string() })),
  }),
})

const document = Document.parse(JSON.parse(readFileSync(FILE, 'utf8')))
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
)

test('every schema of the document is one', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const all = operations.flatMap(([name, { parameters, requestBody, responses }]) =>
    [
      ...parameters.flatMap((one) => ('schema' in one ? [one.schema] : [])),
      ...Object.values(requestBody?.content ?? {}).map(({ schema }) => schema),
      ...Object.values(responses).flatMap((one) =>
        'content' in one ? Object.values(one.content ?? {}).map(({ schema }) => schema) : [],
      ),
    ].map((schema, at) => [`${name} ${at}`, schema] as const),
  )
  const isValid = ajv.validateSchema({ $defs: Object.fromEntries(all) })
  expect([isValid, ajv.errors]).toEqual([true, null])
  expect(all.length).toBeGreaterThan(200)
  expect(ajv.validateSchema({ $defs: { broken: { type: 'money' } } })).toBe(false)
})

test('every parameter in a path is described, and no other', () => {
  for (const [name, { parameters }] of operations) {
    const inPath = parameters.flatMap((one) => ('in' in one && one.in === 'path' ? [one.name] : []))
    expect([name, inPath]).toEqual([name, [...name.matchAll(/\{(\w+)\}/g)].map(([, id]) => id)])
  }
})

test('every operation says how to prove who asks, by a scheme that is there', () => {
  const known = new Set(Object.keys(document.components.securitySchemes))
  const open = operations.filter(([, { security }]) => security.length === 0).map(([name]) => name)
  expect(open.toSorted()).toEqual(['get /', 'get /admin/login', 'get /api/version', 'get /healthz'])
  const used = operations.flatMap(([, { security }]) => security.flatMap((one) => Object.keys(one)))
  expect(used.filter((scheme) => !known.has(scheme))).toEqual([])
})
