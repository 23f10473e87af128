import type { Attempt, Receipt } from '../domain/plan.ts'
import type { Label } from '../domain/label.ts'
import type { Refusal } from '../domain/refusal.ts'
import { openaiDialect } from '../surfaces/openai-dialect.ts'
import type { Dialect } from '../surfaces/surface.ts'
import { toHttp } from './to-http.ts'

/** Headers that every answer about a decision carries. */
export type DecisionHeaders = {
  readonly decision: string
  readonly receipt: Receipt | undefined
  readonly attempt: Attempt | undefined
  readonly unsupported: readonly string[]
  /** A person is to look at the answer before it is used. */
  readonly review?: 'none' | 'human'
  /** Output tokens that the key's setting put in; undefined if none. */
  readonly outputTokens: number | undefined
  /** Whose name for a request's id is used; OpenAI's if absent. */
  readonly dialect?: Dialect
}

export function decisionHeaders(of: DecisionHeaders): Record<string, string> {
  const headers: Record<string, string> = {
    [of.dialect?.requestIdHeader ?? 'x-request-id']: of.decision,
    'demarc-decision': of.decision,
  }
  if (of.receipt !== undefined) {
    headers['demarc-label'] = labelText(of.receipt.label)
    headers['demarc-policy'] = of.receipt.policyHash
  }
  if (of.attempt !== undefined) {
    headers['demarc-destination'] = of.attempt.destination
    headers['demarc-model'] = of.attempt.model
    if (of.attempt.form === 'redacted') headers['demarc-form'] = 'redacted'
  }
  if (of.unsupported.length > 0) headers['demarc-unsupported'] = headerList(of.unsupported)
  if (of.review === 'human') headers['demarc-review'] = 'human'
  if (of.outputTokens !== undefined) headers['demarc-output-limit'] = String(of.outputTokens)
  return headers
}

/**
 * `confidential; pii, bank; DE`: level, categories, countries. What was not read counts as the worst level, and says so:
 * `restricted; pii; ; unscanned`.
 */
function labelText({ level, categories, jurisdictions, scan }: Label): string {
  const isRead = scan === 'complete'
  const parts = [isRead ? level : 'restricted', categories.join(', '), jurisdictions.join(', ')]
  if (!isRead) parts.push(scan)
  while (parts.at(-1) === '') parts.pop()
  return parts.join('; ')
}

/** Names come from clients: only what a header may hold is let through. */
const headerList = (names: readonly string[]): string =>
  names
    .map((name) => name.replaceAll(/[^\w.-]/g, '?').slice(0, 64))
    .join(', ')
    .slice(0, 1024)

/** A refusal as an HTTP answer in the client's dialect. */
export function refusalResponse(
  refusal: Refusal,
  decision: string,
  decided?: Receipt,
  dialect: Dialect = openaiDialect,
): Response {
  const { headers, ...error } = toHttp(refusal)
  const message = `${error.message} (decision ${decision})`
  const { status, body } = dialect.renderError({ ...error, message }, decision)
  const receipt = 'receipt' in refusal ? refusal.receipt : decided
  const named = decisionHeaders({
    decision,
    receipt,
    attempt: undefined,
    unsupported: [],
    outputTokens: undefined,
    dialect,
  })
  return Response.json(body, { status, headers: { ...named, ...headers } })
}
