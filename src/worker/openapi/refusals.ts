import type { Receipt } from '../../domain/plan.ts'
import type { Refusal } from '../../domain/refusal.ts'
import { toHttp } from '../to-http.ts'

const RECEIPT: Receipt = {
  label: { level: 'public', categories: [], jurisdictions: [], scan: 'complete' },
  evidence: [],
  findingCount: 0,
  unscanned: [],
  policyHash: '',
  requestedModel: '',
  guardrails: [],
  removed: [],
  route: '',
  obligations: [],
  attempts: [],
}

/** One refusal of each code: the compiler asks for those that are added. What they become over HTTP is asked of `to-http.ts`. */
const EACH: { readonly [Code in Refusal['code']]: Extract<Refusal, { code: Code }> } = {
  unauthenticated: { code: 'unauthenticated' },
  invalid_request: { code: 'invalid_request', param: null, message: '' },
  body_too_large: { code: 'body_too_large', limitBytes: 1 },
  media_type_unsupported: { code: 'media_type_unsupported' },
  not_found: { code: 'not_found', message: '' },
  model_unknown: { code: 'model_unknown' },
  model_not_allowed: { code: 'model_not_allowed' },
  cannot_serve: { code: 'cannot_serve', param: null, reason: '', receipt: RECEIPT },
  policy_forbids: { code: 'policy_forbids', rule: '', receipt: RECEIPT },
  price_unknown: { code: 'price_unknown', receipt: RECEIPT },
  cost_over_limit: { code: 'cost_over_limit', limit: '', receipt: RECEIPT },
  budget_exhausted: {
    code: 'budget_exhausted',
    budget: '',
    leftPicoUsd: 0n,
    boundPicoUsd: 0n,
    resetsAtMs: 0,
  },
  budget_restricted: { code: 'budget_restricted', budget: '', action: 'refuse', receipt: RECEIPT },
  budget_busy: { code: 'budget_busy', budget: '', retryAfterS: 1 },
  rate_limited: { code: 'rate_limited', limit: '', retryAfterS: 1 },
  no_destination: { code: 'no_destination', retryAfterS: 1 },
  journal_unavailable: { code: 'journal_unavailable' },
  policy_unavailable: { code: 'policy_unavailable' },
  misconfigured: { code: 'misconfigured', what: '' },
  upstream_failed: {
    code: 'upstream_failed',
    destination: '',
    reason: 'unreachable',
    status: undefined,
  },
}

/** A way in which the data plane says no, over HTTP. */
export type HttpRefusal = {
  /** Our own word for it, which receipts and searches use. */
  readonly code: Refusal['code']
  readonly status: number
  readonly type: string
  /** The `code` of the error that clients get. */
  readonly clientCode: string | null
  /** Asking again, after `retry-after` if that is given, may help. */
  readonly retryable: boolean
  readonly hasRetryAfter: boolean
}

/** A timeout of an upstream is the one refusal with a status of its own. */
const TIMEOUT: Refusal = { ...EACH.upstream_failed, reason: 'timeout' }

export const HTTP_REFUSALS: readonly HttpRefusal[] = [...Object.values(EACH), TIMEOUT].map(
  (refusal) => {
    const { status, type, code, headers } = toHttp(refusal)
    return {
      code: refusal.code,
      status,
      type,
      clientCode: code,
      retryable: headers['x-should-retry'] !== 'false',
      hasRetryAfter: headers['retry-after'] !== undefined,
    }
  },
)
