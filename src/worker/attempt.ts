import type { Attempt } from '../domain/plan.ts'
import type { Refusal, UpstreamFailure } from '../domain/refusal.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { JsonDocument } from '../encoding/json-scan.ts'
import type { Assessment } from '../router/assess.ts'
import { choiceOf, noteHeld, type PlannedConversation } from './affinity.ts'
import { timesOf } from './deadlines.ts'
import { bodyHash } from './body-hash.ts'
import type { Authenticated } from './exchange.ts'
import { Permit } from './permit.ts'
import { prepare, type Prepared } from './prepare.ts'
import { recordableReceipt } from './recordable.ts'
import { conversationKey, redactDocument, type Redacted } from './redact-body.ts'
import { reserveRequest } from './reserve-request.ts'
import { Run } from './run.ts'
import { sealedTags } from './sealed-tags.ts'
import { refusalOf, type Stale } from './journal-refusal.ts'
import { readTags } from './wishes.ts'
import { noteInForce, type InForce, type Reach } from './world.ts'

/** Everything known when the first attempt starts. */
export type Planned = Omit<Authenticated, 'request'> &
  PlannedConversation & {
    readonly request: Pick<Request, 'headers' | 'signal'>
    readonly document: JsonDocument
    readonly assessment: Assessment
    readonly inForce: InForce
    readonly tags: Readonly<Record<string, string>>
    readonly hashKey: string
    /** The caller wants a refusal rather than an answer to part of the request. */
    readonly strict: boolean
    /** Attempts made for this decision before, under a policy that has changed since. */
    readonly attemptsMade: number
    /** Ends this attempt because another one has answered; absent where there is no other. */
    readonly lost?: AbortSignal
  }

/** An attempt whose every byte is settled, and what the placeholders in it stand for. */
export type Ready = Prepared & { readonly values: ReadonlyMap<string, string> }

/** What became of one attempt. */
export type Tried =
  | { readonly kind: 'answered'; readonly response: Response }
  | { readonly kind: 'client-gone' }
  /** The journal did not hold the money: nothing was sent. */
  | { readonly kind: 'not-held'; readonly refusal: Refusal | Stale }
  | {
      readonly kind: 'failed'
      readonly attempt: Attempt
      readonly reason: Exclude<UpstreamFailure, 'error-reply'>
    }
  /** The upstream's own error. The body may echo the prompt: for the caller only. */
  | {
      readonly kind: 'error-reply'
      readonly attempt: Attempt
      readonly status: number
      readonly retryAfterMs: number | undefined
      readonly body: string
      readonly prepared: Prepared
    }

/** Which attempt it is. */
export type Turn = {
  /** From 1; it names the reservation. */
  readonly number: number
  /** The first one of a plan carries the receipt. */
  readonly isFirst: boolean
  /** How long it may wait for a budget whose rest is in flight. */
  readonly waitMs: number
  /** Called when it is on record and about to be sent. */
  readonly sent?: () => void
}

/** One attempt from reservation to settlement. */
export async function tryAttempt(planned: Planned, attempt: Attempt, turn: Turn): Promise<Tried> {
  const reach = planned.inForce.reach.get(attempt.destination)
  if (reach === undefined) throw new TypeError(`${attempt.destination} is not in the policy`)
  const prepared = prepareAttempt(planned, attempt, reach)
  if (!prepared.ok) return { kind: 'not-held', refusal: prepared.error }
  const permit = await obtain(planned, attempt, turn, reach, prepared.value)
  if (!permit.ok) return { kind: 'not-held', refusal: permit.error }
  turn.sent?.()
  const run = new Run(planned, attempt, turn.number, reach, prepared.value)
  if (planned.request.signal.aborted) return run.neverSent()
  return run.dispatch(permit.value)
}

const NO_VALUES: ReadonlyMap<string, string> = new Map()
const RAW = (document: JsonDocument): Redacted => ({ document, values: NO_VALUES })

function redactFor({ document, assessment, plan, request, caller, hashKey }: Planned) {
  const { redact, redactBy } = plan.obligations
  const session = request.headers.get('demarc-session')
  return redactDocument(document, {
    findings: assessment.classification.findings,
    kinds: redact,
    by: redactBy,
    key: conversationKey(hashKey, caller.tenant, session, document),
  })
}

function prepareAttempt(planned: Planned, attempt: Attempt, reach: Reach): Result<Ready, Refusal> {
  const { surface, document, read, plan, caller, strict, request } = planned
  const redacted = attempt.form === 'raw' ? RAW(document) : redactFor(planned)
  if (redacted === undefined) {
    return err({ code: 'policy_forbids', rule: 'redaction-incomplete', receipt: plan.receipt })
  }
  const isUnlimited = read.facts.outputTokensMax === undefined
  const outputTokens = isUnlimited ? (caller.defaultOutputTokens ?? undefined) : undefined
  const { facts } = read
  const { headers } = request
  const prepared = prepare({
    surface,
    document: redacted.document,
    facts,
    attempt,
    outputTokens,
    reach,
    headers,
  })
  if (!strict || prepared.unsupported.length === 0) {
    return ok({ ...prepared, values: redacted.values })
  }
  // Some of it depends on the values, which only rendering sees.
  const [param = null] = surface.fieldsAsking(prepared.unsupported)
  const reason = 'demarc-strict is set and this would be left out'
  return err({ code: 'cannot_serve', param, reason, receipt: plan.receipt })
}

async function obtain(
  planned: Planned,
  attempt: Attempt,
  { number, isFirst, waitMs }: Turn,
  reach: Reach,
  { dispatch, body }: Prepared,
): Promise<Result<Permit, Refusal | Stale>> {
  const nowMs = Date.now()
  const { env, decision, caller, keyEpoch, read, plan, inForce, hashKey } = planned
  const model = inForce.modelOf(attempt.model)
  const request = reserveRequest({
    decision,
    number,
    waitMs,
    nowMs,
    expiresAtMs: timesOf(env).expiresAtMs(nowMs),
    caller,
    keyEpoch,
    isFresh: plan.obligations.fresh === 'strict',
    surface: planned.surface.name,
    attempt,
    receipt: plan.receipt,
    receiptJson: isFirst ? JSON.stringify(recordableReceipt(plan.receipt)) : null,
    reach,
    zone: reach.zoneAt(nowMs),
    isOpenWeights: model?.openWeights ?? false,
    isBasicQuality: model?.quality === 'basic',
    budgets: inForce.budgets,
    tags:
      Object.keys(planned.tags).length === 0 ? planned.tags : await recordedTags(planned, nowMs),
    inputTokens: Math.ceil(read.facts.promptBytes / 4),
    bodyHash: await bodyHash(hashKey, body),
    conversation: choiceOf(planned, attempt, isFirst),
  })
  const permit = await Permit.obtain(env, caller.tenant, request, dispatch)
  if (!permit.ok) return err(refusalOf(permit.error, attempt))
  noteInForce(caller.tenant, request.policyHash)
  noteHeld(caller.tenant, request, nowMs)
  return permit
}

async function recordedTags(
  { env, caller, tags, request }: Planned,
  nowMs: number,
): Promise<Planned['tags']> {
  const written = readTags(request.headers.get('demarc-tags')) ?? {}
  return await sealedTags(env, { tenant: caller.tenant, app: caller.app, tags, written, nowMs })
}
