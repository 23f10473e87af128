import { formatUsd } from '../domain/money.ts'
import type { Receipt } from '../domain/plan.ts'
import type { Refusal } from '../domain/refusal.ts'

/** An error in OpenAI's shape, with its status and headers. */
export type HttpError = {
  readonly status: number
  readonly type: string
  readonly code: string
  readonly param: string | null
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

/** SDKs re-send on 408, 409, 429 and 5xx: a refusal that will not change must not be sent again. */
const FINAL = { 'x-should-retry': 'false' }

/** The only place a refusal becomes HTTP. Says what to do next, never what the prompt held. */
export function toHttp(refusal: Refusal): HttpError {
  const { status, type, message, param = null, headers = FINAL } = describe(refusal)
  return { status, type, code: refusal.code, param, message, headers }
}

type Description = {
  readonly status: number
  readonly type: string
  readonly message: string
  readonly param?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

const INVALID = 'invalid_request_error'

function describe(refusal: Refusal): Description {
  switch (refusal.code) {
    case 'unauthenticated':
      return {
        status: 401,
        type: 'authentication_error',
        message: 'The API key is missing or not valid. Send `authorization: Bearer <key>`.',
      }
    case 'invalid_request':
      return { status: 400, type: INVALID, message: refusal.message, param: refusal.param }
    case 'body_too_large':
      return {
        status: 413,
        type: INVALID,
        message: `The body is larger than ${refusal.limitBytes} bytes. Send less, or split the request.`,
      }
    case 'media_type_unsupported':
      return {
        status: 415,
        type: INVALID,
        message: 'The body must be JSON: send `content-type: application/json`.',
      }
    case 'not_found':
      return { status: 404, type: INVALID, message: refusal.message }
    case 'model_unknown':
      return {
        status: 404,
        type: INVALID,
        param: 'model',
        message:
          'No model, alias or destination has this name. GET /v1/models lists what this key may use.',
      }
    case 'model_not_allowed':
      return {
        status: 403,
        type: 'permission_error',
        param: 'model',
        message: 'This key may not use this model. GET /v1/models lists what it may use.',
      }
    default:
      return describeDecision(refusal)
  }
}

type DecisionRefusal = Extract<
  Refusal,
  { code: 'cannot_serve' | 'policy_forbids' | 'price_unknown' | 'cost_over_limit' }
>
type LaterRefusal = Exclude<
  Refusal,
  | DecisionRefusal
  | {
      code:
        | 'unauthenticated'
        | 'invalid_request'
        | 'body_too_large'
        | 'media_type_unsupported'
        | 'not_found'
        | 'model_unknown'
        | 'model_not_allowed'
    }
>

function describeDecision(refusal: DecisionRefusal | LaterRefusal): Description {
  switch (refusal.code) {
    case 'cannot_serve':
      return {
        status: 400,
        type: INVALID,
        param: refusal.param,
        message: `No destination that this request may use can serve it: ${refusal.reason}`,
      }
    case 'policy_forbids':
      return {
        status: 403,
        type: 'permission_error',
        message: `Forbidden by the rule \`${refusal.rule}\`. ${whatWasFound(refusal.receipt)}`,
      }
    case 'price_unknown':
      return {
        status: 403,
        type: 'permission_error',
        message:
          'No destination is left whose cost has an upper bound. Ask whoever keeps policies/prices.yaml to add a price.',
      }
    case 'cost_over_limit':
      return {
        status: 400,
        type: INVALID,
        param: 'demarc-max-cost-usd',
        message: `Every permitted destination may cost more than ${refusal.limit}. Set a lower max_completion_tokens, shorten the prompt, or raise the limit.`,
      }
    default:
      return describeLater(refusal)
  }
}

const retryAfter = (seconds: number): Readonly<Record<string, string>> => ({
  'retry-after': String(seconds),
})

function describeLater(refusal: LaterRefusal): Description {
  switch (refusal.code) {
    case 'budget_exhausted':
      return {
        status: 402,
        type: 'insufficient_quota',
        message: `The budget \`${refusal.budget}\` has ${formatUsd(refusal.leftPicoUsd)} USD left, and this request may cost ${formatUsd(refusal.boundPicoUsd)} USD. It starts again at ${new Date(refusal.resetsAtMs).toISOString()}; a lower max_completion_tokens makes a request cheaper.`,
      }
    case 'budget_busy':
      return {
        status: 429,
        type: 'rate_limit_error',
        message: `All that is left of the budget \`${refusal.budget}\` is held by requests in flight. Try again when they have ended.`,
        headers: retryAfter(refusal.retryAfterS),
      }
    case 'rate_limited':
      return {
        status: 429,
        type: 'rate_limit_error',
        message: `This key is limited to ${refusal.limit}.`,
        headers: retryAfter(refusal.retryAfterS),
      }
    case 'no_destination':
      return {
        status: 503,
        type: 'server_error',
        message:
          'Every destination that this request may use is unconfigured or not answering at the moment.',
        headers: retryAfter(refusal.retryAfterS),
      }
    case 'journal_unavailable':
      return {
        status: 503,
        type: 'server_error',
        message: 'The journal cannot be reached, and nothing is sent without a record.',
        headers: retryAfter(2),
      }
    case 'policy_unavailable':
      return {
        status: 503,
        type: 'server_error',
        message:
          'No policy is in force, or it cannot be read. `demarc policy push` puts one in force.',
        headers: retryAfter(5),
      }
    case 'misconfigured':
      return {
        status: 503,
        type: 'server_error',
        message: `This deployment is not complete: ${refusal.what}`,
        headers: {},
      }
    case 'upstream_failed':
      return {
        status: refusal.reason === 'timeout' ? 504 : 502,
        type: 'server_error',
        message: `The destination \`${refusal.destination}\` failed (${refusal.reason}).`,
        headers: {},
      }
  }
}

const ADVICE = 'Remove or redact it, or ask the owner of the rule for a waiver.'

/** Kinds and pointers of what was found, and what to do. */
function whatWasFound({ label, evidence, unscanned }: Receipt): string {
  const found = evidence
    .slice(0, 5)
    .map(({ kind, path }) => `${kind} at ${path === '' ? '/' : path}`)
  const unread = unscanned
    .slice(0, 5)
    .map(({ reason, path }) => `${reason} at ${path} (not scanned)`)
  const what = [...found, ...unread].join(', ')
  return what === ''
    ? `The request is labelled ${label.level}.`
    : `The request is labelled ${label.level} because of: ${what}. ${ADVICE}`
}
