import type { ChatReply } from '../domain/chat.ts'
import type { UpstreamFailure } from '../domain/refusal.ts'
import type { DialectName, RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { NO_USAGE, type Usage } from '../domain/usage.ts'
import type { ChatSurface, ReadRequest, ReplyMeta, Surface } from '../surfaces/surface.ts'
import { countWireOf, embeddingsWireOf, wireOf } from '../wire/index.ts'
import { readChatUsage } from '../wire/openai-chat.ts'
import { isObject, parseObject, textOf } from '../wire/read.ts'
import { replyEvents } from '../wire/reply-events.ts'
import { asArray, type Seen } from './relay.ts'

/** A whole reply as the client gets it, and what the settlement needs of it. */
export type Whole = { readonly body: string; readonly seen: Seen }

/** All that reading a reply depends on. */
export type ReceiveInput = {
  readonly surface: Surface
  readonly facts: RequestFacts
  readonly framing: ReadRequest['framing']
  readonly dialect: DialectName
  readonly sameWire: boolean
  readonly usageInStream: 'asked' | 'always'
  readonly meta: ReplyMeta
}

type Failure = Exclude<UpstreamFailure, 'error-reply'>

/** Reads a reply that is not a stream. */
export async function receiveWhole(
  response: Response,
  input: ReceiveInput,
  signal: AbortSignal,
): Promise<Result<Whole, Failure>> {
  let text: string
  try {
    text = await response.text()
  } catch {
    return err(signal.aborted ? 'timeout' : 'cut-off')
  }
  const { surface } = input
  switch (surface.operation) {
    case 'chat':
      return chatWhole(text, input, surface)
    case 'embeddings': {
      const reply = embeddingsWireOf(input.dialect).parseReply(text)
      if (!reply.ok) return err('malformed-reply')
      const { usage, model } = reply.value
      const passes = input.sameWire && (surface.passes?.(text, input.meta) ?? true)
      const body = passes ? text : surface.renderReply(reply.value, input.meta)
      return ok({ body, seen: seenWhole(usage, undefined, model) })
    }
    case 'count-tokens': {
      const tokens = countWireOf(input.dialect).parseReply(text)
      if (!tokens.ok) return err('malformed-reply')
      const body = input.sameWire ? text : surface.renderReply(tokens.value, input.meta)
      // Anthropic and Google count for nothing: https://platform.claude.com/docs/en/build-with-claude/token-counting,
      // https://ai.google.dev/gemini-api/docs/tokens (read 2026-11-23).
      return ok({ body, seen: seenWhole(NO_USAGE, undefined, undefined) })
    }
  }
}

function chatWhole(
  text: string,
  input: ReceiveInput,
  surface: ChatSurface,
): Result<Whole, Failure> {
  const { sameWire, facts } = input
  if (sameWire && !facts.stream && surface.name === 'openai-chat') return passWhole(text)
  const parsed = wireOf(input.dialect).parseReply(text)
  if (!parsed.ok) return err('malformed-reply')
  const seen = seenOf(parsed.value)
  if (facts.stream) return ok({ body: streamOf(parsed.value, input, surface), seen })
  return ok({ body: sameWire ? text : surface.renderReply(parsed.value, input.meta), seen })
}

/** The client asked for a stream and the upstream answered whole, as some models of Workers AI do. */
function streamOf(reply: ChatReply, { meta, framing }: ReceiveInput, surface: ChatSurface): string {
  let renderer = surface.openStream(meta)
  let body = ''
  for (const event of replyEvents(reply)) {
    const [next, rendered] = renderer.push(event)
    renderer = next
    body += rendered
  }
  body += renderer.end()
  return framing === 'json-array' ? asArray(body) : body
}

function passWhole(text: string): Result<Whole, Failure> {
  const reply = parseObject(text)
  const choices = reply?.['choices']
  if (reply === undefined || !Array.isArray(choices)) return err('malformed-reply')
  const first: unknown = choices[0]
  const finish = isObject(first) ? textOf(first['finish_reason']) : undefined
  const seen = seenWhole(readChatUsage(reply['usage']), finish, textOf(reply['model']))
  return ok({ body: text, seen: { ...seen, serviceTier: textOf(reply['service_tier']) } })
}

const seenOf = ({ usage, choices, model }: ChatReply): Seen =>
  seenWhole(usage, choices[0]?.rawFinish, model)

const seenWhole = (
  usage: Usage | undefined,
  finish: string | undefined,
  model: string | undefined,
): Seen => ({
  usage,
  finish,
  complete: true,
  firstToken: true,
  shownBytes: 0,
  error: false,
  serviceTier: undefined,
  model,
})
