import type { Acknowledgement, ReserveRefusal, ReserveRequest } from './messages.ts'
import { activeSteps, fits } from './steps.ts'
import { balanceOf, type JournalState, type Lease, type Transition } from './state.ts'

const MINUTE_MS = 60_000

export type ReserveOutcome =
  | { readonly do: 'append'; readonly transition: Transition }
  /** The same attempt is held already: a repeated call. */
  | { readonly do: 'repeat'; readonly acknowledgement: Acknowledgement }
  | { readonly do: 'refuse'; readonly refusal: ReserveRefusal }

/**
 * Decides whether one attempt may be held: freshness first, then limits, then every budget on the path.
 *
 * A budget refuses as exhausted if posted spend alone leaves no room for the bound, and as busy if only reservations in
 * flight stand in the way.
 */
export function reserve(
  state: JournalState,
  lease: Lease,
  request: ReserveRequest,
  nowMs: number,
): ReserveOutcome {
  const held = state.reservations.get(request.attempt)
  if (held !== undefined) {
    if (held.state === 'expired') return { do: 'refuse', refusal: { status: 'closed' } }
    const { attempt, seq } = held
    return { do: 'repeat', acknowledgement: { status: 'reserved', attempt, seq } }
  }
  const refusal =
    checkFreshness(lease, request, nowMs) ??
    checkLimits(state, request, nowMs) ??
    checkBudgets(state, request)
  if (refusal !== undefined) return { do: 'refuse', refusal }
  return { do: 'append', transition: hold(request, lease, nowMs) }
}

function checkFreshness(
  lease: Lease,
  request: ReserveRequest,
  nowMs: number,
): ReserveRefusal | undefined {
  if (nowMs > lease.untilMs && request.zone !== 'own') return { status: 'no_lease' }
  if (request.policyHash !== lease.policyHash) {
    return { status: 'policy_stale', policyHash: lease.policyHash }
  }
  return request.keyEpoch === lease.keyEpoch
    ? undefined
    : { status: 'key_stale', keyEpoch: lease.keyEpoch }
}

function checkLimits(
  state: JournalState,
  { key, limits, number, inputTokens }: ReserveRequest,
  nowMs: number,
): ReserveRefusal | undefined {
  const { requestsPerMinute, tokensPerMinute, concurrency } = limits
  if (concurrency !== null && (state.concurrency.get(key) ?? 0) >= concurrency) {
    return { status: 'rate_limited', limit: `${concurrency} requests at a time`, retryAfterS: 1 }
  }
  const minute = Math.floor(nowMs / MINUTE_MS)
  const window = state.windows.get(key)
  const used = window?.minute === minute ? window : { requests: 0, tokens: 0 }
  const retryAfterS = Math.max(1, Math.ceil(((minute + 1) * MINUTE_MS - nowMs) / 1000))
  if (requestsPerMinute !== null && number === 1 && used.requests >= requestsPerMinute) {
    return { status: 'rate_limited', limit: `${requestsPerMinute} requests a minute`, retryAfterS }
  }
  // One request larger than the limit may pass in an empty window: else it could never be served.
  const isOver = tokensPerMinute !== null && used.tokens + inputTokens > tokensPerMinute
  if (isOver && used.tokens > 0) {
    return { status: 'rate_limited', limit: `${tokensPerMinute} tokens a minute`, retryAfterS }
  }
  return undefined
}

function checkBudgets(state: JournalState, request: ReserveRequest): ReserveRefusal | undefined {
  const bound = BigInt(request.boundPicoUsd)
  if (bound === 0n) return undefined // costs nothing: no budget can be in its way
  let busy: string | undefined
  for (const cap of request.caps) {
    const { id, node, limitPicoUsd, resetsAtMs } = cap
    const { posted, held } = balanceOf(state, request.period, node)
    const left = BigInt(limitPicoUsd) - posted
    if (left < bound) {
      const leftPicoUsd = String(left > 0n ? left : 0n)
      return { status: 'budget_exhausted', budget: id, leftPicoUsd, resetsAtMs }
    }
    const step = activeSteps(cap, posted).find(({ action }) => !fits(request, action))
    if (step !== undefined) {
      return { status: 'budget_restricted', budget: id, ...step, resetsAtMs }
    }
    if (left - held < bound) busy ??= id
  }
  return busy === undefined ? undefined : { status: 'budget_busy', budget: busy }
}

function hold(request: ReserveRequest, lease: Lease, nowMs: number): Transition {
  const { attempt, decision, number, period, nodes, expiresAtMs, key, factsJson } = request
  const heldPicoUsd = BigInt(request.boundPicoUsd)
  const receipt = request.receiptJson === null ? '' : `,"receipt":${request.receiptJson}`
  const fieldsJson =
    `"kind":"reserve","atMs":${nowMs},"decision":${quote(decision)},"attempt":${quote(attempt)}` +
    `,"number":${number},"heldPicoUsd":"${heldPicoUsd}","expiresAtMs":${expiresAtMs}` +
    `,"nodes":${JSON.stringify(nodes)},"period":${quote(period)},"bodyHash":${quote(request.bodyHash)}` +
    `${standingOf(lease, nowMs)},"facts":${factsJson}${receipt}`
  return {
    fieldsJson,
    kind: 'reserve',
    decision,
    period,
    nodes,
    postedDelta: 0n,
    heldDelta: heldPicoUsd,
    opens: {
      attempt,
      decision,
      seq: 0, // known when it is appended
      heldPicoUsd,
      expiresAtMs,
      nodes,
      period,
      key,
      factsJson,
      state: 'open',
    },
  }
}

/** What makes it checkable that nothing was decided under an older term. */
function standingOf({ term = 0, version = 0, untilMs }: Lease, nowMs: number): string {
  const under = term === 0 ? '' : `,"term":${term}`
  const policy = version === 0 ? '' : `,"policyVersion":${version}`
  return `${under}${policy}${nowMs > untilMs ? ',"lease":"none"' : ''}`
}

/** Counts an accepted reservation towards its key's limits. */
export function countRequest(state: JournalState, request: ReserveRequest, nowMs: number): void {
  const first = request.number === 1 ? 1 : 0
  addToWindow(state, request.key, nowMs, first, request.inputTokens)
}

/** Adds to the current minute of a key; an older minute is forgotten. */
export function addToWindow(
  state: JournalState,
  key: string,
  nowMs: number,
  requests: number,
  tokens: number,
): void {
  const minute = Math.floor(nowMs / MINUTE_MS)
  const window = state.windows.get(key)
  const used = window?.minute === minute ? window : { requests: 0, tokens: 0 }
  state.windows.set(key, {
    minute,
    requests: used.requests + requests,
    tokens: used.tokens + tokens,
  })
}

const quote = (text: string): string => JSON.stringify(text)
