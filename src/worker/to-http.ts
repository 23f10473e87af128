import type { BudgetAction } from '../domain/catalog.ts'
import { formatUsd } from '../domain/money.ts'
import type { Receipt } from '../domain/plan.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { SurfaceError } from '../surfaces/surface.ts'

/** An error that a dialect will give its shape, with its headers. */
export type HttpError = SurfaceError & { readonly headers: Readonly<Record<string, string>> }

/** SDKs re-send on 408, 409, 429 and 5xx: a refusal that will not change must not be sent again. */
const FINAL: Readonly<Record<string, string>> = { 'x-should-retry': 'false' }

/** The only place a refusal becomes HTTP. Says what to do next, never what the prompt held. */
export function toHttp(refusal: Refusal): HttpError {
  const { status, type, message, param = null, headers = FINAL } = describe(refusal)
  const code = status === 402 ? INSUFFICIENT_QUOTA : refusal.code // the word that SDKs know
  const seconds = headers['retry-after']
  const retryAfterS = seconds === undefined ? undefined : Number(seconds)
  return { status, type, code, param, message, headers, retryAfterS }
}

type Description = {
  readonly status: number
  readonly type: string
  readonly message: string
  readonly param?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

function describe(refusal: Refusal): Description {
  switch (refusal.code) {
    case 'unauthenticated':
      return { status: 401, type: 'authentication_error', message: UNAUTHENTICATED }
    case 'invalid_request':
      return invalid(400, refusal.message, refusal.param)
    case 'body_too_large':
      return invalid(413, `The body is larger than ${refusal.limitBytes} bytes. Send less.`)
    case 'media_type_unsupported':
      return invalid(415, 'The body must be JSON: send `content-type: application/json`.')
    case 'not_found':
      return invalid(404, refusal.message)
    case 'model_unknown':
      return invalid(404, `No model, alias or destination has this name. ${LIST}`, 'model')
    case 'model_not_allowed':
      return forbidden(`This key may not use this model. ${LIST}`, 'model')
    case 'cannot_serve':
      return invalid(400, `No permitted destination can serve it: ${refusal.reason}`, refusal.param)
    case 'policy_forbids':
      return forbidden(`Forbidden by the rule \`${refusal.rule}\`. ${found(refusal.receipt)}`)
    case 'price_unknown':
      return forbidden(PRICE_UNKNOWN)
    case 'cost_over_limit':
      return invalid(400, costOver(refusal.limit), 'demarc-max-cost-usd')
    case 'budget_exhausted':
      return { status: 402, type: INSUFFICIENT_QUOTA, message: exhausted(refusal) }
    case 'budget_restricted':
      return { status: 402, type: INSUFFICIENT_QUOTA, message: restricted(refusal) }
    case 'budget_busy':
      return later(429, refusal.retryAfterS, busy(refusal.budget))
    case 'rate_limited':
      return later(429, refusal.retryAfterS, `This key is limited to ${refusal.limit}.`)
    case 'no_destination':
      return later(503, refusal.retryAfterS, NO_DESTINATION)
    case 'journal_unavailable':
      return later(503, 2, 'The journal cannot be reached, and nothing is sent without a record.')
    case 'policy_unavailable':
      return later(503, 5, NO_POLICY)
    case 'misconfigured':
      return broken(503, `This deployment is not complete: ${refusal.what}`)
    case 'upstream_failed':
      return broken(
        refusal.reason === 'timeout' ? 504 : 502,
        `The destination \`${refusal.destination}\` failed (${refusal.reason}).`,
      )
  }
}

const INSUFFICIENT_QUOTA = 'insufficient_quota'
const UNAUTHENTICATED = 'The API key is missing or not valid. Send `authorization: Bearer <key>`.'
const LIST = 'GET /v1/models lists what this key may use.'
const PRICE_UNKNOWN =
  'No destination is left whose cost has an upper bound. Ask whoever keeps policies/prices.yaml to add a price.'
const NO_DESTINATION =
  'Every destination that this request may use is unconfigured or not answering at the moment.'
const NO_POLICY =
  'No policy is in force, or nobody confirms at the moment that it still is: until then only own hardware is used. Try again in some seconds; if no policy was ever put in force, `demarc policy push` does.'

const invalid = (status: number, message: string, param: string | null = null): Description => ({
  status,
  type: 'invalid_request_error',
  message,
  param,
})

const forbidden = (message: string, param: string | null = null): Description => ({
  status: 403,
  type: 'permission_error',
  message,
  param,
})

/** Worth another try after so many seconds. */
const later = (status: number, seconds: number, message: string): Description => ({
  status,
  type: status === 429 ? 'rate_limit_error' : 'server_error',
  message,
  headers: { 'retry-after': String(seconds) },
})

const broken = (status: number, message: string): Description => ({
  status,
  type: 'server_error',
  message,
  headers: {},
})

const costOver = (limit: string): string =>
  `Every permitted destination may cost more than ${limit}. Set a lower max_completion_tokens, shorten the prompt, or raise the limit.`

const LEFT: Readonly<Record<BudgetAction, string>> = {
  notify: 'serves as before',
  'basic-quality': 'serves only models of basic quality',
  'open-weights-only': 'serves only open-weights models',
  'own-zone-only': "serves only on the organisation's own hardware",
  refuse: 'serves nothing that costs money',
}

const restricted = ({ budget, action }: Extract<Refusal, { code: 'budget_restricted' }>): string =>
  `So much of the budget \`${budget}\` is spent that it ${LEFT[action]} now, and none of that can take this request. Ask for \`auto\` or another model, or ask whoever keeps policies/budgets.yaml.`

const busy = (budget: string): string =>
  `All that is left of the budget \`${budget}\` is held by requests in flight. Try again when they have ended.`

function exhausted(refusal: Extract<Refusal, { code: 'budget_exhausted' }>): string {
  const left = formatUsd(refusal.leftPicoUsd)
  const bound = formatUsd(refusal.boundPicoUsd)
  const resets = new Date(refusal.resetsAtMs).toISOString()
  return `The budget \`${refusal.budget}\` has ${left} USD left, and this request may cost ${bound} USD. It starts again at ${resets}; a lower max_completion_tokens makes a request cheaper.`
}

const ADVICE = 'Remove or redact it, or ask the owner of the rule for a waiver.'

/** Kinds and pointers of what was found, and what to do. */
function found({ label, evidence, unscanned }: Receipt): string {
  const seen = evidence
    .slice(0, 5)
    .map(({ kind, path }) => `${kind} at ${path === '' ? '/' : path}`)
  const unread = unscanned.slice(0, 5).map(({ reason, path }) => `${reason} at ${path} (not read)`)
  const what = [...seen, ...unread].join(', ')
  return what === ''
    ? `The request is labelled ${label.level}.`
    : `The request is labelled ${label.level} because of: ${what}. ${ADVICE}`
}
