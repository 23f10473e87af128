import type { JsonObject } from '../domain/json.ts'
import type { Attempt } from '../domain/plan.ts'
import type { DialectName, RequestFacts } from '../domain/request.ts'
import { scanJson, type JsonDocument } from '../encoding/json-scan.ts'
import { applyEdits, editChanges } from '../destinations/apply-edits.ts'
import { spokenFor, type Spoken } from '../destinations/spoken.ts'
import type { Surface } from '../surfaces/surface.ts'
import { countWireOf, embeddingsWireOf, wireOf } from '../wire/index.ts'
import { leaveOut } from '../wire/leave-out.ts'
import type { RenderedRequest } from '../wire/wire.ts'
import type { Dispatch } from './permit.ts'
import type { Reach } from './world.ts'

/** An attempt whose every byte is settled. */
export type Prepared = {
  readonly dispatch: Dispatch
  /** The final body as it is hashed for the record. */
  readonly body: string
  /** The upstream's dialect. */
  readonly dialect: DialectName
  /** It is the client's own: the upstream's bytes pass through. */
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
  /** The client's. */
  readonly headers: Headers
}

/**
 * Makes the final body for one destination. In the client's own dialect the body is spliced, never re-serialised; else
 * it goes by way of `domain/chat` or `domain/embeddings`.
 *
 * @throws TypeError if the destination is not configured, or does not do what is asked: the plan would not hold it then.
 */
export function prepare(input: PrepareInput): Prepared {
  const { surface, facts, attempt, reach } = input
  const { destination, connection } = reach
  const spoken = spokenFor(destination, surface.name, surface.operation)
  if (connection === undefined || spoken === undefined) {
    throw new TypeError(`${attempt.destination} is not configured for ${surface.operation}`)
  }
  const { dialect, isClients: sameWire } = spoken
  const { body, inputs, unsupported } = sameWire
    ? pass(input, spoken)
    : serialised(translate(input, dialect), spoken, facts)
  const named = [...new Set([...attempt.unsupported, ...unsupported])].toSorted()
  const dispatch: Dispatch =
    destination.transport === 'binding'
      ? { transport: 'binding', model: attempt.upstreamModel, inputs }
      : {
          transport: 'http',
          url: connection.url + spoken.path(attempt.upstreamModel, facts.stream),
          headers: sameWire ? withForwarded(connection.headers, input) : connection.headers,
          body,
          via: connection.via,
        }
  return { dispatch, body, dialect, sameWire, unsupported: named }
}

type Body = {
  readonly body: string
  readonly inputs: JsonObject
  readonly unsupported: readonly string[]
}

function pass(
  { surface, document, facts, attempt, outputTokens, reach }: PrepareInput,
  { edits }: Spoken,
): Body {
  const body = surface.pass(document, {
    facts,
    upstreamModel: attempt.upstreamModel,
    outputTokens,
    leaveOut: attempt.unsupported,
    mustAskForUsage: reach.destination.usageInStream === 'asked',
    edits: editChanges(document, edits),
  })
  return { body, inputs: {}, unsupported: [] }
}

/** A translation is edited like a client's own body: what a server needs otherwise, it needs in any case. */
function serialised(
  { body: inputs, unsupported }: RenderedRequest,
  { edits }: Spoken,
  { onlyOwnDialect = [], unknownFields }: RequestFacts,
): Body {
  const text = JSON.stringify(inputs)
  // Own hardware gets fields that nobody knows as well, but no translation has words for them.
  const named = [...unsupported, ...onlyOwnDialect, ...unknownFields]
  if (edits.length === 0) return { body: text, inputs, unsupported: named }
  const document = scanJson(text)
  if (!document.ok) throw new TypeError('a rendered body does not parse')
  return { body: applyEdits(document.value, edits), inputs, unsupported: named }
}

function translate(input: PrepareInput, dialect: DialectName): RenderedRequest {
  const { surface, document, facts, attempt, outputTokens } = input
  switch (surface.operation) {
    case 'chat': {
      const chat = leaveOut(surface.parse(document.text, facts), attempt.unsupported)
      const outputTokensMax = chat.outputTokensMax ?? outputTokens ?? attempt.outputTokensMax
      return wireOf(dialect).renderRequest({ ...chat, outputTokensMax }, attempt.upstreamModel)
    }
    case 'embeddings': {
      const request = surface.parse(document.text, facts)
      return embeddingsWireOf(dialect).renderRequest(request, attempt.upstreamModel)
    }
    case 'count-tokens': {
      const chat = surface.parse(document.text, facts)
      return countWireOf(dialect).renderRequest(chat, attempt.upstreamModel)
    }
  }
}

/** What may stand in a header that goes on: names of betas, versions and dates, nothing like a text. */
const FORWARDED = /^[\w.,: -]{1,512}$/

/** The client's headers for an upstream of its own dialect, as far as the surface lists them. */
function withForwarded(
  ours: Readonly<Record<string, string>>,
  { surface, headers }: PrepareInput,
): Readonly<Record<string, string>> {
  if (surface.forwardedHeaders.length === 0) return ours
  const all: Record<string, string> = { ...ours }
  for (const name of surface.forwardedHeaders) {
    const value = headers.get(name)
    if (value !== null && FORWARDED.test(value)) all[name] = value
  }
  return all
}
