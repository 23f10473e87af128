import { HTTP_REFUSALS, type HttpRefusal } from './refusals.ts'
import { ANSWER_HEADERS, DATA_ROUTES, REQUEST_HEADERS, type DataRoute } from './data-routes.ts'
import { surfaces } from '../../surfaces/index.ts'
import type { Dialect } from '../../surfaces/surface.ts'

type Json = Readonly<Record<string, unknown>>

const DIALECTS: ReadonlyMap<Dialect['name'], Dialect> = new Map(
  Object.values(surfaces).map(({ dialect }) => [dialect.name, dialect]),
)

/** Operations of the data plane, by path as Hono knows it. */
export const dataOperations = (): readonly (readonly [DataRoute, Json])[] =>
  DATA_ROUTES.map((route) => [route, operationOf(route)])

function operationOf(route: DataRoute): Json {
  const { summary, described, decides, surface, isOpen } = route
  const parameters = decides ? Object.keys(REQUEST_HEADERS).map(refTo('parameters')) : []
  return {
    summary,
    tags: ['data plane'],
    ...(described === undefined ? {} : { externalDocs: { url: described } }),
    parameters,
    ...(route.method === 'post' ? { requestBody: bodyOf(surface, described) } : {}),
    responses: {
      [route.path === '/admin/login' ? '303' : '200']: answerOf(route),
      ...(isOpen === true ? {} : refusalRefs(route.dialect)),
    },
    security: isOpen === true ? [] : securityOf(route.dialect),
  }
}

const bodyOf = (surface: string | undefined, described: string | undefined): Json => ({
  required: true,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        description:
          described === undefined
            ? 'The body of the path that is to be explained.'
            : `As described at ${described}${surface === undefined ? '' : `; surface ${surface}`}. A key twice, or bytes that are no UTF-8, are refused.`,
      },
    },
  },
})

const answerOf = ({ decides, described, path }: DataRoute): Json => ({
  description:
    path.startsWith('/v1/explain') || path.startsWith('/v1/decisions')
      ? 'The receipt: label, evidence (kinds and places, never text), rules that fired, what they removed, attempts.'
      : described === undefined
        ? 'As it says.'
        : `As described at ${described}; a stream if one was asked for.`,
  ...(decides ? { headers: headerRefs(ANSWER_HEADERS) } : {}),
  ...(path === '/admin/login'
    ? {}
    : { content: { 'application/json': { schema: { type: 'object' } } } }),
})

export const headersOf = (headers: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  )

export const refTo =
  (kind: 'headers' | 'parameters' | 'responses') =>
  (name: string): Json => ({ $ref: `#/components/${kind}/${name}` })

const headerRefs = (headers: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(Object.keys(headers).map((name) => [name, refTo('headers')(name)]))

/** What operations point at: our headers, and every refusal as each dialect writes it. */
export const dataComponents = () => ({
  headers: headersOf({ ...ANSWER_HEADERS, ...REFUSAL_HEADERS }),
  parameters: Object.fromEntries(
    Object.entries(REQUEST_HEADERS).map(([name, description]) => [
      name,
      { name, in: 'header', required: false, description, schema: { type: 'string' } },
    ]),
  ),
  responses: Object.fromEntries(
    [...DIALECTS.values()].flatMap((dialect) =>
      [...refusalsBy(dialect)].map(([status, refusals]) => [
        `${dialect.name}-${status}`,
        refusalOf(dialect, refusals),
      ]),
    ),
  ),
})

const REFUSAL_HEADERS: Readonly<Record<string, string>> = {
  'x-request-id': 'The same as demarc-decision.',
  'request-id': 'The same as demarc-decision.',
  'retry-after': 'Seconds.',
  'x-should-retry': '`false`: asking again changes nothing.',
}

function dialectNamed(name: Dialect['name']): Dialect {
  const dialect = DIALECTS.get(name)
  if (dialect === undefined) throw new TypeError(`no surface speaks ${name}`)
  return dialect
}

const refusalRefs = (name: Dialect['name']): Json =>
  Object.fromEntries(
    [...refusalsBy(dialectNamed(name)).keys()].map((status) => [
      String(status),
      refTo('responses')(`${name}-${status}`),
    ]),
  )

/** Every refusal, by the status that this dialect gives it. */
function refusalsBy(dialect: Dialect): ReadonlyMap<number, readonly HttpRefusal[]> {
  const byStatus = Map.groupBy(HTTP_REFUSALS, (refusal) => rendered(dialect, refusal).status)
  return new Map([...byStatus].toSorted(([a], [b]) => a - b))
}

const rendered = (dialect: Dialect, { status, type, clientCode }: HttpRefusal) =>
  dialect.renderError(
    { status, type, code: clientCode, param: null, message: '…', retryAfterS: undefined },
    'dec_…',
  )

function refusalOf(dialect: Dialect, refusals: readonly HttpRefusal[]): Json {
  const codes = [...new Set(refusals.map(({ code }) => code))]
  const headers = [
    dialect.requestIdHeader,
    'demarc-decision',
    ...(refusals.some(({ hasRetryAfter }) => hasRetryAfter) ? ['retry-after'] : []),
    ...(refusals.some(({ retryable }) => !retryable) ? ['x-should-retry'] : []),
  ]
  const examples = Object.fromEntries(
    refusals.map((refusal) => [refusal.code, { value: rendered(dialect, refusal).body }]),
  )
  return {
    description: `Refused: ${codes.join(', ')}.`,
    headers: Object.fromEntries(headers.map((header) => [header, refTo('headers')(header)])),
    content: { 'application/json': { schema: { type: 'object' }, examples } },
  }
}

const SECURITY: Readonly<Record<Dialect['name'], readonly string[]>> = {
  openai: ['key'],
  ollama: ['key'],
  anthropic: ['keyInXApiKey', 'key'],
  gemini: ['keyInXGoogApiKey', 'keyInQuery', 'key'],
}

const securityOf = (name: Dialect['name']): readonly Json[] =>
  SECURITY[name].map((scheme) => ({ [scheme]: [] }))
