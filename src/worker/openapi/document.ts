import * as z from 'zod'
import { BOOK_ROUTES } from './admin-books.ts'
import { DRAFT_ROUTES } from './admin-drafts.ts'
import { PEOPLE_ROUTES } from './admin-people.ts'
import { POLICY_ROUTES } from './admin-policy.ts'
import { PROPOSAL_ROUTES } from './admin-proposals.ts'
import { RETENTION_ROUTES } from './admin-retention.ts'
import { dataComponents, dataOperations, headersOf, refTo } from './data-paths.ts'
import { AdminErrorBody, type AdminRoute, type Content } from './route.ts'

type Json = Readonly<Record<string, unknown>>

/** Every route of the admin API. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  ...POLICY_ROUTES,
  ...DRAFT_ROUTES,
  ...PROPOSAL_ROUTES,
  ...BOOK_ROUTES,
  ...PEOPLE_ROUTES,
  ...RETENTION_ROUTES,
]

export const ADMIN_BASE = '/admin/api'

let made: Json | undefined

/** The OpenAPI document of everything that the Worker answers; made once for an isolate. */
export function openapiDocument(): Json {
  made ??= {
    openapi: '3.1.0',
    info: {
      title: 'Demarc',
      version: '0.1.0',
      description:
        'A router for AI requests. The data plane speaks its vendors’ own formats; the admin API is JSON.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    tags: [{ name: 'data plane' }, { name: 'admin' }],
    paths: pathsOf(),
    components: {
      ...componentsOf(),
      schemas: { AdminError: schemaOf(AdminErrorBody, 'output') },
      securitySchemes: SECURITY_SCHEMES,
    },
  }
  return made
}

/** `/keys/:id` as OpenAPI writes it, `/keys/{id}`; `*` is a path of any length. */
export const openapiPath = (path: string): string =>
  path.replaceAll(/\/:(\w+)/g, '/{$1}').replace(/\*$/, '{path}')

function pathsOf(): Json {
  const paths: Record<string, Record<string, unknown>> = {}
  const put = (path: string, method: string, operation: Json): void => {
    const at = openapiPath(path)
    const names = [...at.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    }))
    const { parameters = [] } = operation
    const all = Array.isArray(parameters) ? [...names, ...parameters] : names
    paths[at] = {
      ...paths[at],
      [method]: { operationId: idOf(method, at), ...operation, parameters: all },
    }
  }
  for (const [route, operation] of dataOperations()) put(route.path, route.method, operation)
  for (const route of ADMIN_ROUTES)
    put(ADMIN_BASE + route.path, route.method, adminOperation(route))
  return paths
}

/** `get_admin_api_keys_id_rotate` */
const idOf = (method: string, path: string): string =>
  `${method}${path.replaceAll(/[^A-Za-z0-9]+/g, '_')}`.replace(/_$/, '')

function adminOperation(route: AdminRoute): Json {
  const { summary, right, query, body, status = 200, answer, content, headers = {} } = route
  return {
    summary,
    tags: ['admin'],
    ...(right === null ? {} : { 'x-demarc-right': right }),
    ...(right === null ? {} : { description: `Needs the right \`${right}\`.` }),
    parameters: [
      ...(query === undefined ? [] : queryParameters(query)),
      ...(route.method === 'get' ? [] : Object.keys(BECAUSE).map(refTo('parameters'))),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }),
    responses: {
      [status]: {
        description: answer,
        headers: { 'cache-control': refTo('headers')('cache-control'), ...headersOf(headers) },
        content: contentOf(content),
      },
      ...refusalsOf(route),
    },
    security: [{ adminToken: [] }, { access: [] }, { localSession: [] }],
  }
}

/** Kept with a change in the log of calls. */
const BECAUSE: Readonly<Record<string, string>> = {
  'demarc-reason': 'Why, percent-encoded, at most 500 characters; kept in the log of calls.',
  'demarc-ticket': 'A ticket, at most 100 characters; kept in the log of calls.',
  'demarc-csrf': '`1`, if the credential is a cookie or a person of Access.',
}

const headerParameter = ([name, description]: readonly [string, string]): Json => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
})

/** What every route of the admin API may answer. */
const EVERYWHERE: Readonly<Record<number, readonly string[]>> = {
  401: ['unauthenticated'],
  403: ['forbidden', 'cross_site'],
  422: ['invalid_request'],
  429: ['rate_limited'],
  503: ['admin_closed', 'misconfigured', 'identity_unavailable', 'audit_unavailable'],
}

function refusalsOf({ refusals = {} }: AdminRoute): Json {
  const statuses = [...new Set([...Object.keys(EVERYWHERE), ...Object.keys(refusals)])].map(Number)
  return Object.fromEntries(
    statuses
      .toSorted((a, b) => a - b)
      .map((status) => {
        const own = refusals[status]
        const everywhere = EVERYWHERE[status] ?? []
        return [
          String(status),
          own === undefined
            ? refTo('responses')(`admin-${status}`)
            : refusalOf(status, [...new Set([...everywhere, ...own])]),
        ]
      }),
  )
}

const refusalOf = (status: number, codes: readonly string[]): Json => ({
  description: `Refused: ${codes.join(', ')}.`,
  ...(status === 429 ? { headers: { 'retry-after': refTo('headers')('retry-after') } } : {}),
  content: { 'application/json': { schema: { $ref: '#/components/schemas/AdminError' } } },
})

/** What operations point at. */
function componentsOf(): Json {
  const { headers, parameters, responses } = dataComponents()
  return {
    headers: { ...headers, ...headersOf({ 'cache-control': '`no-store`' }) },
    parameters: {
      ...parameters,
      ...Object.fromEntries(
        Object.entries(BECAUSE).map((entry) => [entry[0], headerParameter(entry)]),
      ),
    },
    responses: {
      ...responses,
      ...Object.fromEntries(
        Object.entries(EVERYWHERE).map(([status, codes]) => [
          `admin-${status}`,
          refusalOf(Number(status), codes),
        ]),
      ),
    },
  }
}

const contentOf = (content: Content): Json =>
  content instanceof z.ZodType
    ? { 'application/json': { schema: schemaOf(content, 'output') } }
    : { [content.mediaType]: { schema: { type: 'string' } } }

/** `io: 'input'`: what somebody writes, where fields with a default may be left out. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

const Parameters = z.object({
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
  required: z.array(z.string()).default([]),
})

function queryParameters(query: z.ZodObject): readonly Json[] {
  const { properties, required } = Parameters.parse(schemaOf(query, 'input'))
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}

const SECURITY_SCHEMES = {
  key: { type: 'http', scheme: 'bearer', description: 'A key of an app, `dmk_…`.' },
  keyInXApiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  keyInXGoogApiKey: { type: 'apiKey', in: 'header', name: 'x-goog-api-key' },
  keyInQuery: { type: 'apiKey', in: 'query', name: 'key' },
  adminToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of an automation, `dma_…`, or ADMIN_TOKEN.',
  },
  access: {
    type: 'apiKey',
    in: 'header',
    name: 'cf-access-jwt-assertion',
    description: 'What Cloudflare Access says of a person or of a service token.',
  },
  localSession: { type: 'apiKey', in: 'cookie', name: 'demarc_session' },
}
