import { createHmac } from 'node:crypto'
import type { Caller } from '../domain/caller.ts'
import type { Pin } from '../domain/pin.ts'
import type { Attempt, Plan } from '../domain/plan.ts'
import { keyOf, member, sourceOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import type { ConversationChoice, ReserveRequest, SettleRequest } from '../journal/messages.ts'
import type { ReadRequest } from '../surfaces/surface.ts'
import { journalOf, type Env } from './env.ts'
import { nameOf, Pins } from './objects/pins.ts'
import type { InForce } from './world.ts'

/** Of one tenant in one isolate: about 300 bytes each. */
const PINS_MAX = 500
const TENANTS_MAX = 64

const tenants = new Map<string, Pins>()

function pinsOf(tenant: string): Pins {
  const known = tenants.get(tenant)
  if (known !== undefined) return known
  if (tenants.size >= TENANTS_MAX) tenants.clear()
  const fresh = new Pins(PINS_MAX)
  tenants.set(tenant, fresh)
  return fresh
}

/** The conversation that a request belongs to, and where it was answered last. */
export type Conversation = {
  /** Keyed hash; lives in memory only. */
  readonly id: string
  readonly pin: Pin | undefined
}

export type ConversationInput = {
  readonly caller: Caller
  readonly headers: Headers
  readonly document: JsonDocument
  readonly read: ReadRequest
  readonly inForce: InForce
  readonly hashKey: string | undefined
}

/** Undefined, and nothing is hashed, if the model that was asked for is to be had in one place only. */
export function conversationOf(input: ConversationInput): Conversation | undefined {
  const { caller, headers, document, read, inForce, hashKey } = input
  const { operation, model } = read.facts
  if (hashKey === undefined || operation === 'embeddings') return undefined
  if ((inForce.compiled.names.get(model)?.offers.length ?? 0) < 2) return undefined
  const id = conversationId(hashKey, caller, headers.get('demarc-session'), document)
  return { id, pin: pinsOf(caller.tenant).of(id, Date.now()) }
}

/** The same with what the journal remembers, if this isolate does not: for explaining. */
export async function conversationToExplain(
  env: Env,
  input: ConversationInput,
): Promise<Conversation | undefined> {
  const conversation = conversationOf(input)
  if (conversation === undefined || conversation.pin !== undefined) return conversation
  const pin = await journalOf(env, input.caller.tenant)
    .pinOf(conversation.id)
    .catch(() => null)
  return { ...conversation, pin: pin ?? undefined }
}

/** What the journal is told of an attempt's conversation; undefined if there was nothing to choose. */
export function choiceOf(
  { plan, read, conversation, mayAsk }: PlannedConversation,
  attempt: Attempt,
  isFirst: boolean,
): ConversationChoice | undefined {
  if (conversation === undefined || plan.attempts.length < 2) return undefined
  if (read.facts.operation !== 'chat') return undefined // counting follows the conversation, and leaves no trace
  const { id, pin } = conversation
  return {
    id,
    destination: attempt.destination,
    model: attempt.model,
    knows: pin === undefined ? null : nameOf(pin),
    asks: isFirst && mayAsk,
  }
}

export type PlannedConversation = {
  readonly plan: Plan
  readonly read: ReadRequest
  readonly conversation: Conversation | undefined
  /** The journal has not told of another pin yet: it does so once for each request. */
  readonly mayAsk: boolean
}

/** The journal has acknowledged an attempt. */
export function noteHeld(tenant: string, request: ReserveRequest, nowMs: number): void {
  const { attempt, conversation, inputTokens } = request
  if (conversation === undefined) return
  pinsOf(tenant).hold(attempt, conversation, inputTokens, nowMs)
}

/** An attempt has ended. */
export const noteEnded = (tenant: string, report: SettleRequest): void =>
  tenants.get(tenant)?.settle(report)

/** The journal knows where another isolate was answered. */
export const notePin = (tenant: string, { id }: Conversation, pin: Pin): void =>
  pinsOf(tenant).set(id, pin)

/** Of a beginning so long, this much tells it from others. */
const HASHED_CHARACTERS = 65_536

/** Where the surfaces keep instructions, and the turns. */
const INSTRUCTIONS = ['system', 'systemInstruction', 'system_instruction', 'instructions']
const TURNS = ['messages', 'contents', 'input', 'prompt']

/**
 * Names a conversation by the session that the client names, else by how it began: the instructions and everything up to the first turn
 * of the user. Of one app of one tenant: others may not be permitted the same, and must not learn that somebody asked the same.
 */
export function conversationId(
  hashKey: string,
  { tenant, team, app }: Pick<Caller, 'tenant' | 'team' | 'app'>,
  session: string | null,
  document: JsonDocument,
): string {
  const whose = JSON.stringify([tenant, team, app])
  const which =
    session === null ? `begins ${beginningOf(document)}` : `session ${JSON.stringify(session)}`
  return createHmac('sha256', hashKey)
    .update(`conversation\n${whose}\n${which}`)
    .digest('base64url')
}

function beginningOf(document: JsonDocument): string {
  const parts = INSTRUCTIONS.map((name) => textsOf(document, member(document, 0, name)))
  const turns = TURNS.map((name) => member(document, 0, name)).find((node) => node >= 0) ?? -1
  if (turns >= 0 && document.kinds[turns] === NODE.array) {
    const end = document.nexts[turns] ?? 0
    for (let turn = turns + 1; turn < end; turn = document.nexts[turn] ?? end) {
      parts.push(textsOf(document, turn))
      const role = stringOf(document, member(document, turn, 'role')) ?? 'user'
      if (role === 'user') break
    }
  } else parts.push(textsOf(document, turns))
  return parts.join('\n').slice(0, HASHED_CHARACTERS)
}

/** All texts below a node as they are written. Markers of what is to be cached move from turn to turn and say nothing. */
function textsOf(document: JsonDocument, node: number): string {
  if (node < 0) return ''
  const texts: string[] = []
  const end = document.nexts[node] ?? 0
  for (let at = node; at < end;) {
    const isMarker = keyOf(document, at) === 'cache_control'
    if (!isMarker && document.kinds[at] === NODE.string) {
      texts.push(sourceOf(document, at).slice(0, HASHED_CHARACTERS))
    }
    at = isMarker ? (document.nexts[at] ?? end) : at + 1
  }
  return texts.join(',')
}
