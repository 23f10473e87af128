import type { Receipt } from '../domain/plan.ts'
import type { Refusal } from '../domain/refusal.ts'
import { err, type Result } from '../domain/result.ts'
import { assess, type Assessment } from '../router/assess.ts'
import type { JsonDocument } from '../encoding/json-scan.ts'
import type { ReadRequest, Surface } from '../surfaces/surface.ts'
import { conversationOf, notePin, type Conversation, type ConversationInput } from './affinity.ts'
import { refusalResponse } from './answer.ts'
import { attemptAll } from './attempts.ts'
import { authenticate, reauthenticate } from './authenticate.ts'
import { variable, type Env } from './env.ts'
import { newDecisionId, type Authenticated, type Exchange, type Lifetime } from './exchange.ts'
import { learn } from './health.ts'
import type { Stale } from './journal-refusal.ts'
import { readBody } from './read-body.ts'
import { readingsFor } from './readings.ts'
import { noteRestriction } from './restrictions.ts'
import { recordableReceipt, recordableTags } from './recordable.ts'
import { reportRefusal } from './settlements.ts'
import { readWishes, type Wishes } from './wishes.ts'
import { inForceFor, noteInForce, worldOf, type InForce } from './world.ts'

/** So often is a request assessed again because the journal knows something newer. */
const ROUNDS_MAX = 6

/** Serves one request: authenticate → read → assess → attempts, each reserved, permitted, sent and settled. */
export async function serve(
  request: Request,
  env: Env,
  ctx: Lifetime,
  surface: Surface,
): Promise<Response> {
  const startedMs = Date.now()
  const decision = newDecisionId(startedMs)
  const exchange: Exchange = { request, env, ctx, surface, decision, startedMs }
  const served = await authenticate(exchange)
  if (!served.ok) return say(exchange, served.error)
  const response = answer(exchange, served.value)
  // A client that leaves must not end what is on record: the attempt is settled all the same.
  ctx.waitUntil(response.catch(() => undefined))
  return response
}

async function answer(exchange: Exchange, first: Authenticated): Promise<Response> {
  const hashKey = variable(exchange.env, 'HASH_KEY')
  if (hashKey === undefined || hashKey.length < 16) {
    return say(exchange, { code: 'misconfigured', what: MISSING_HASH_KEY })
  }
  const wishes = readWishes(exchange.request.headers)
  if (!wishes.ok) return say(exchange, wishes.error)
  const document = await readBody(exchange.request)
  if (!document.ok) return say(exchange, document.error)
  const read = exchange.surface.read(document.value, exchange.request)
  if (!read.ok) return say(exchange, read.error)
  const tags = recordableTags(wishes.value.tags)

  let caller = first
  let ownZoneOnly = false
  let attemptsMade = 0
  let mayAsk = true
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const assessed = await assessFor(caller, {
      document: document.value,
      read: read.value,
      wishes: wishes.value,
      ownZoneOnly,
    })
    if (!assessed.ok) return say(exchange, assessed.error)
    const { assessment, inForce, conversation } = assessed.value
    if (!assessment.decision.ok) return refuse(caller, assessment.decision.error)
    const outcome = await attemptAll({
      ...caller,
      document: document.value,
      read: read.value,
      assessment,
      plan: assessment.decision.value,
      inForce,
      tags,
      hashKey,
      strict: wishes.value.strict || caller.caller.strict,
      attemptsMade,
      conversation,
      mayAsk,
    })
    if (outcome.kind === 'response') return outcome.response
    if (outcome.kind === 'refused') {
      return refuse(caller, outcome.refusal, assessment.decision.value.receipt)
    }
    const again = await catchUp(caller, outcome.stale, conversation)
    if (!again.ok) return say(exchange, again.error)
    caller = again.value
    attemptsMade = outcome.attemptsMade
    ownZoneOnly ||= outcome.stale.code === 'no_lease'
    mayAsk &&= outcome.stale.code !== 'pinned_elsewhere'
  }
  return say(exchange, { code: 'policy_unavailable' })
}

const MISSING_HASH_KEY =
  'set the secret HASH_KEY (at least 16 random characters) with `wrangler secret put HASH_KEY`.'

/** A request as it came, and whether only zone `own` may be used. */
type Asked = {
  readonly document: JsonDocument
  readonly read: ReadRequest
  readonly wishes: Wishes
  readonly ownZoneOnly: boolean
}

type Assessed = {
  readonly assessment: Assessment
  readonly inForce: InForce
  readonly conversation: Conversation | undefined
}

type FindConversation = (
  input: ConversationInput,
) => Conversation | undefined | Promise<Conversation | undefined>

/** Classifies and decides under the policy in force. */
export async function assessFor(
  { env, ctx, caller, request: { headers } }: Authenticated,
  { document, read, wishes, ownZoneOnly }: Asked,
  find: FindConversation = conversationOf,
): Promise<Result<Assessed, Refusal>> {
  const inForce = await inForceFor(env, caller.tenant)
  if (inForce === undefined) return err({ code: 'policy_unavailable' })
  learn(env, ctx, Date.now())
  const world = worldOf(inForce, caller, Date.now(), ownZoneOnly)
  const { facts: request, envelope } = read
  const strict = wishes.strict || caller.strict
  const readings = readingsFor(env, caller.tenant)
  const hashKey = variable(env, 'HASH_KEY')
  const conversation = await find({ caller, headers, document, read, inForce, hashKey })
  const asked = { envelope, request, caller, wishes: { ...wishes, strict }, world, readings }
  const assessment = assess({ ...asked, pin: conversation?.pin })
  return { ok: true, value: { assessment, inForce, conversation } }
}

/** Takes in what the journal said is newer than what this isolate knew. */
async function catchUp(
  exchange: Authenticated,
  stale: Stale,
  conversation: Conversation | undefined,
): Promise<Result<Authenticated, Refusal>> {
  const { tenant } = exchange.caller
  if (stale.code === 'policy_stale') noteInForce(tenant, stale.policyHash)
  if (stale.code === 'budget_step') noteRestriction(tenant, stale, Date.now())
  if (stale.code === 'pinned_elsewhere' && conversation !== undefined) {
    notePin(tenant, conversation, stale.pin)
  }
  return stale.code === 'key_stale' ? reauthenticate(exchange) : { ok: true, value: exchange }
}

/** Answers a refusal, and puts it on record unless attempts that failed are there already. */
function refuse(exchange: Authenticated, refusal: Refusal, decided?: Receipt): Response {
  const { env, ctx, decision, caller, surface } = exchange
  const receipt = 'receipt' in refusal ? refusal.receipt : decided
  if (refusal.code === 'upstream_failed') return say(exchange, refusal, receipt)
  reportRefusal(env, ctx, caller.tenant, {
    decision,
    atMs: Date.now(),
    team: caller.team,
    app: caller.app,
    key: caller.keyId,
    purpose: caller.purpose,
    surface: surface.name,
    code: refusal.code,
    rule: refusal.code === 'policy_forbids' ? refusal.rule : null,
    receiptJson: receipt === undefined ? null : JSON.stringify(recordableReceipt(receipt)),
  })
  return say(exchange, refusal, receipt)
}

const say = ({ surface, decision }: Exchange, refusal: Refusal, receipt?: Receipt): Response =>
  refusalResponse(refusal, decision, receipt, surface.dialect)
