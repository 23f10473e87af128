import type { JsonObject } from '../domain/json.ts'
import type { Attempt } from '../domain/plan.ts'
import type { RequestFacts } from '../domain/request.ts'
import { member } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { memberPatches, splice, type MemberChange, type Patch } from '../encoding/splice.ts'
import { editChanges } from '../destinations/apply-edits.ts'
import { fieldsAsking } from '../surfaces/openai-chat-fields.ts'
import type { Surface } from '../surfaces/surface.ts'
import { wires } from '../wire/index.ts'
import type { Dispatch } from './permit.ts'
import type { Reach } from './world.ts'

/** An attempt whose every byte is settled. */
export type Prepared = {
  readonly dispatch: Dispatch
  /** The final body as it is hashed for the record. */
  readonly body: string
  /** The upstream speaks the client's dialect: its bytes pass through. */
  readonly sameWire: boolean
  readonly unsupported: readonly string[]
}

export type PrepareInput = {
  readonly surface: Surface
  /** Already redacted if the attempt's form says so. */
  readonly document: JsonDocument
  readonly facts: RequestFacts
  readonly attempt: Attempt
  /** What the key's own output limit adds to a request that sets none; undefined if nothing. */
  readonly outputTokens: number | undefined
  readonly reach: Reach
}

/**
 * Makes the final body for one destination. In the client's own dialect the body is spliced, never re-serialised; else
 * it goes by way of `domain/chat`.
 *
 * @throws TypeError if the destination is not configured: the plan would not hold it then.
 */
export function prepare(input: PrepareInput): Prepared {
  const { surface, facts, attempt, reach } = input
  const { destination, connection } = reach
  if (connection === undefined) throw new TypeError(`${attempt.destination} is not configured`)
  const sameWire = destination.wire === surface.wire && destination.transport === 'http'
  const { body, inputs, unsupported } = sameWire ? pass(input) : translate(input)
  const named = [...new Set([...attempt.unsupported, ...unsupported])].toSorted()
  const dispatch: Dispatch =
    destination.transport === 'binding'
      ? { transport: 'binding', model: attempt.upstreamModel, inputs }
      : {
          transport: 'http',
          url:
            connection.url + destination.path(attempt.upstreamModel, facts.operation, facts.stream),
          headers: connection.headers,
          body,
          via: connection.via,
        }
  return { dispatch, body, sameWire, unsupported: named }
}

type Body = {
  readonly body: string
  readonly inputs: JsonObject
  readonly unsupported: readonly string[]
}

/** The client's own bytes, with only the edits that the plan needs. */
function pass({ document, facts, attempt, outputTokens, reach }: PrepareInput): Body {
  const changes: MemberChange[] = [
    { op: 'set', key: 'model', value: JSON.stringify(attempt.upstreamModel) },
  ]
  changes.push(...limitChanges(document, facts, outputTokens))
  if (attempt.unsupported.length > 0) {
    const leftOut = new Set([...fieldsAsking(attempt.unsupported), ...attempt.unsupported])
    for (const key of leftOut) changes.push({ op: 'remove', key })
  }
  changes.push(...editChanges(document, reach.destination.edits))
  const patches: Patch[] = []
  const mustAsk = facts.stream && !facts.wantsUsageChunk
  if (mustAsk && reach.destination.usageInStream === 'asked')
    patches.push(...askForUsage(document, changes))
  patches.push(...memberPatches(document, changes))
  return { body: splice(document.text, patches), inputs: {}, unsupported: [] }
}

const LIMITS = ['max_completion_tokens', 'max_tokens'] as const

/** The output limit that the bound rests on is the only one that is sent, whichever of its two names say what. */
function limitChanges(
  document: JsonDocument,
  { outputTokensMax }: RequestFacts,
  outputTokens: number | undefined,
): MemberChange[] {
  const isClear = LIMITS.some((key) => member(document, 0, key) < 0)
  if (isClear && outputTokens === undefined) return []
  const limit = outputTokensMax ?? outputTokens
  const changes: MemberChange[] = LIMITS.map((key) => ({ op: 'remove', key }))
  if (limit !== undefined) {
    changes.push({ op: 'set', key: 'max_completion_tokens', value: String(limit) })
  }
  return changes
}

/** Streams must report usage, or their cost is unknown; the extra chunk is taken out again if nobody asked for it. */
function askForUsage(document: JsonDocument, changes: MemberChange[]): Patch[] {
  const options = member(document, 0, 'stream_options')
  if (document.kinds[options] !== NODE.object) {
    changes.push({ op: 'set', key: 'stream_options', value: '{"include_usage":true}' })
    return []
  }
  const asked = member(document, options, 'include_usage')
  if (asked >= 0) {
    return [{ start: document.starts[asked] ?? 0, end: document.ends[asked] ?? 0, text: 'true' }]
  }
  const at = (document.starts[options] ?? 0) + 1
  const isEmpty = document.nexts[options] === options + 1
  return [{ start: at, end: at, text: `"include_usage":true${isEmpty ? '' : ','}` }]
}

function translate({ surface, document, attempt, outputTokens, reach }: PrepareInput): Body {
  const chat = surface.parse(document.text)
  const outputTokensMax = chat.outputTokensMax ?? outputTokens ?? attempt.outputTokensMax
  const wire = wires[reach.destination.wire]
  const rendered = wire.renderRequest({ ...chat, outputTokensMax }, attempt.upstreamModel)
  return {
    body: JSON.stringify(rendered.body),
    inputs: rendered.body,
    unsupported: rendered.unsupported,
  }
}
