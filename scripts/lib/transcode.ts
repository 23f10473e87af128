import type { ChatEvent, Finish } from '../../src/domain/chat.ts'
import type { Usage } from '../../src/domain/usage.ts'
import { endSse, openSse, pushSse } from '../../src/encoding/sse.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import type { ChatSurface, ReplyMeta, Surface } from '../../src/surfaces/surface.ts'
import { wires } from '../../src/wire/index.ts'
import { endTap, openTap, pushTap } from '../../src/wire/openai-chat-tap.ts'
import { parseObject, textOf } from '../../src/wire/read.ts'
import type { Wire } from '../../src/wire/wire.ts'

const everySurface: readonly Surface[] = Object.values(surfaces)

/** The surfaces that answer conversations, by name. */
export const chatSurfaces: ReadonlyMap<string, ChatSurface> = new Map(
  everySurface.flatMap((surface): [string, ChatSurface][] =>
    surface.operation === 'chat' ? [[surface.name, surface]] : [],
  ),
)

export type TranscodeInput = {
  readonly upstream: keyof typeof wires
  readonly client: ChatSurface
  readonly stream: boolean
  readonly wantsUsage: boolean
  readonly reply: string
  /** The client's request, for answers that repeat what was asked for. */
  readonly request: string
}

export type Transcoded = {
  /** What the client gets. */
  readonly text: string
  readonly usage: Usage | undefined
  readonly finish: Finish | undefined
  readonly rawFinish: string | undefined
  /** Why the reply is no whole answer; undefined if it is one. */
  readonly problem: string | undefined
}

/** Fixed, so that the same reply gives the same text. */
const metaOf = ({ client, wantsUsage, request }: TranscodeInput): ReplyMeta => ({
  id: `${client.idPrefix}transcode`,
  model: 'transcode',
  createdS: 1_700_000_000,
  wantsUsage,
  request,
})

/** One recorded reply as a client of a surface would get it. */
export function transcode(input: TranscodeInput): Transcoded {
  const wire: Wire = wires[input.upstream]
  return input.stream ? stream(wire, input) : whole(wire, input)
}

/** In the client's own dialect the upstream's bytes pass. */
function whole(wire: Wire, input: TranscodeInput): Transcoded {
  const { upstream, reply, client } = input
  const read = wire.parseReply(reply)
  if (!read.ok) {
    const problem = `the reply is malformed; expected ${read.error.expected}`
    return { text: '', usage: undefined, finish: undefined, rawFinish: undefined, problem }
  }
  const [first] = read.value.choices
  return {
    text: upstream === client.name ? reply : `${client.renderReply(read.value, metaOf(input))}\n`,
    usage: read.value.usage,
    finish: first?.finish,
    rawFinish: first?.rawFinish,
    problem: undefined,
  }
}

function stream(wire: Wire, input: TranscodeInput): Transcoded {
  const { upstream, reply, client, wantsUsage } = input
  const source = isEventStream(reply) ? reply : framed(reply, NAMED.has(upstream))
  const seen = readEvents(wire, source, input)
  if (upstream !== client.name) return seen
  if (upstream === 'openai-chat') return { ...seen, text: passed(source, wantsUsage) }
  return { ...seen, text: wire.framing === 'lines' ? reply : source }
}

/** Dialects whose frames name their event. */
const NAMED = new Set(['anthropic-messages', 'openai-responses'])

/** Fields of an event stream at the start of a line; a line of JSON has none. */
const isEventStream = (reply: string): boolean => /^\uFEFF?(?:data|event|id|retry|):/m.test(reply)

const framed = (lines: string, isNamed: boolean): string =>
  lines
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const type = isNamed ? textOf(parseObject(line)?.['type']) : undefined
      return `${type === undefined ? '' : `event: ${type}\n`}data: ${line}\n\n`
    })
    .join('')

function passed(source: string, wantsUsage: boolean): string {
  const [pushed, head] = pushTap(
    openTap({ stripUsageChunk: !wantsUsage }),
    new TextEncoder().encode(source),
  )
  const tail = endTap(pushed)[1]
  const decoder = new TextDecoder()
  return decoder.decode(head, { stream: true }) + decoder.decode(tail)
}

function readEvents(wire: Wire, source: string, input: TranscodeInput): Transcoded {
  let renderer = input.client.openStream(metaOf(input))
  let upstream = wire.openStream()
  let text = ''
  let usage: Usage | undefined
  let ending: Extract<ChatEvent, { type: 'finish' }> | undefined
  let error: string | undefined
  const [state, frames] = pushSse(openSse(), source)
  // A last frame without a blank line after it still counts, if it is whole.
  const rest = endSse(state) ? pushSse(state, '\n\n')[1].filter(({ data }) => isWhole(data)) : []
  for (const frame of [...frames, ...rest]) {
    const [next, events] = upstream.push(frame)
    upstream = next
    for (const event of events) {
      if (event.type === 'usage') usage = event.usage
      if (event.type === 'finish') ending ??= event
      if (event.type === 'error') error = event.message
      const [nextRenderer, out] = renderer.push(event)
      renderer = nextRenderer
      text += out
    }
  }
  const problem = error ?? (ending === undefined ? 'the stream was cut off' : undefined)
  return {
    text: problem === undefined ? text + renderer.end() : text,
    usage,
    finish: ending?.finish,
    rawFinish: ending?.rawFinish,
    problem,
  }
}

const isWhole = (data: string): boolean => data === '[DONE]' || parseObject(data) !== undefined
