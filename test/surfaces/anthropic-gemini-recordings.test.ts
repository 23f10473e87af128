import { afterAll, describe, expect, test } from 'vitest'
import type { ChatChoice, ChatEvent, Finish, ToolCall } from '../../src/domain/chat.ts'
import type { Usage } from '../../src/domain/usage.ts'
import { anthropicMessagesSurface } from '../../src/surfaces/anthropic.ts'
import { geminiSurface } from '../../src/surfaces/gemini.ts'
import type { ChatSurface } from '../../src/surfaces/surface.ts'
import { parseObject, type Foreign } from '../../src/wire/read.ts'
import { readStream, type Collected } from '../contract/collect.ts'
import { recordings, wireOfRecording } from '../contract/recordings.ts'
import {
  accumulate,
  understandStream,
  understandWhole,
  type SdkName,
  type Understood,
} from './sdk-readers.ts'

const META = {
  id: 'dec_1',
  model: 'm',
  createdS: 1_793_491_200,
  wantsUsage: true,
  request: JSON.stringify({
    thinking: { type: 'adaptive' },
    generationConfig: { thinkingConfig: { includeThoughts: true } },
  }),
}

const SURFACES: readonly (readonly [SdkName, ChatSurface])[] = [
  ['anthropic-messages', anthropicMessagesSurface],
  ['gemini', geminiSurface],
]

const ALL = recordings().flatMap((each) => {
  const wire = wireOfRecording(each)
  return wire === undefined ? [] : [{ ...each, wire }]
})

const counts = new Map<string, number>()
const count = (what: string, by = 1): void => {
  counts.set(what, (counts.get(what) ?? 0) + by)
}

type Call = Pick<ToolCall, 'name' | 'arguments' | 'isCustom'>

/** Arguments as an object, which these two dialects demand. */
function inputOf({ arguments: written, isCustom }: Call): Foreign {
  if (isCustom === true) return { input: written }
  return parseObject(written) ?? (written.trim() === '' ? {} : { invalid_arguments: written })
}

/** Words of the AI SDK for why an answer ended. */
const FINISHES: Readonly<Record<Finish, readonly string[]>> = {
  stop: ['stop', 'tool-calls'],
  length: ['length'],
  'tool-calls': ['tool-calls'],
  'content-filter': ['content-filter'],
  error: ['length', 'other', 'error'],
}

type Said = {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly Call[]
  readonly finish: Finish
  readonly usage: Usage | undefined
}

function compare(understood: Understood, { text, reasoning, calls, finish, usage }: Said): void {
  expect(understood.errors).toEqual([])
  expect(understood.text).toBe(text)
  expect(understood.reasoning).toBe(reasoning)
  expect(understood.calls.map(({ name, input }) => [name, JSON.parse(input)])).toEqual(
    calls.map((call) => [call.name, inputOf(call)]),
  )
  expect(FINISHES[finish]).toContain(understood.finish)
  if (usage === undefined) return
  const { input, cachedInput, cacheWrite5m, cacheWrite1h, output } = usage
  expect([understood.inputTokens, understood.outputTokens]).toEqual([
    input + cachedInput + cacheWrite5m + cacheWrite1h,
    output,
  ])
}

const saidBy = (choice: ChatChoice, usage: Usage | undefined): Said => ({
  text: choice.text,
  reasoning: choice.reasoning ?? '',
  calls: choice.toolCalls,
  finish: choice.refusal === undefined ? choice.finish : 'content-filter',
  usage,
})

const streamOf = (surface: ChatSurface, events: readonly ChatEvent[]): string => {
  let renderer = surface.openStream(META)
  let stream = ''
  for (const event of events) {
    const [next, text] = renderer.push(event)
    renderer = next
    stream += text
  }
  return stream + renderer.end()
}

/** The first answer of a stream, which is all that Anthropic's dialect has room for. */
const firstAnswer = ({ events }: Collected): readonly ChatEvent[] =>
  events.filter((event) => !('choice' in event) || event.choice === 0)

const customIn = ({ events }: Collected, index: number): Pick<ToolCall, 'isCustom'> =>
  events.some((event) => event.type === 'tool-start' && event.index === index && event.isCustom)
    ? { isCustom: true }
    : {}

describe.skipIf(ALL.length === 0).each(SURFACES)('recorded traffic for %s', (sdk, surface) => {
  test.each(ALL.filter(({ isStream }) => !isStream))('whole: $name', async ({ wire, text }) => {
    const reply = wire.parseReply(text)
    if (!reply.ok) throw new Error(reply.error.expected)
    const { choices, usage } = reply.value
    const [first] = choices
    if (first === undefined) throw new Error('no answer')
    const understood = await understandWhole(
      sdk,
      surface.renderReply({ ...reply.value, choices: [first] }, META),
    )
    compare(understood, saidBy(first, usage))
    count(`${sdk}: whole answers`)
  })

  test.each(ALL.filter(({ isStream }) => isStream))('stream: $name', async ({ wire, text }) => {
    const read = readStream(wire, new TextEncoder().encode(`${text}\n\n`))
    const stream = streamOf(surface, firstAnswer(read))
    count(`${sdk}: frames`, stream.split('\n\n').length - 1)
    if (read.errors.length > 0 || read.finish === undefined) {
      expect((await understandStream(sdk, stream)).errors).toHaveLength(1)
      count(`${sdk}: streams that tell an error`)
      return
    }
    const hasRefusal = read.events.some(({ type }) => type === 'refusal')
    compare(await understandStream(sdk, stream), {
      ...read,
      calls: read.calls.map((call, index) => ({ ...call, ...customIn(read, index) })),
      finish: hasRefusal ? 'content-filter' : read.finish,
    })
    count(`${sdk}: streams`)
    if (sdk !== 'anthropic-messages') return
    const { content, stop_reason: reason } = await accumulate(stream)
    const texts = content.map((block) => (block.type === 'text' ? block.text : ''))
    const names = content.flatMap((block) => (block.type === 'tool_use' ? [block.name] : []))
    expect([texts.join(''), names]).toEqual([read.text, read.calls.map(({ name }) => name)])
    expect(reason).not.toBeNull()
  })
})

afterAll(() => {
  if (counts.size > 0) {
    console.info([...counts].map(([what, many]) => `${many} ${what}`).join(', '))
  }
})
