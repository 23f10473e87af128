import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { destinations, type DestinationName } from '../../src/destinations/index.ts'
import type { ToolCall } from '../../src/domain/chat.ts'
import type { Usage } from '../../src/domain/usage.ts'
import { parseObject } from '../../src/wire/read.ts'
import { replyEvents } from '../../src/wire/reply-events.ts'
import { wires } from '../../src/wire/index.ts'
import { openChatRenderer, renderChatReply } from '../../src/wire/openai-chat.ts'
import type { Wire } from '../../src/wire/wire.ts'
import { collect, readStream } from './collect.ts'
import { TOOL_TALK } from './conversation.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/wire')
const bytesOf = (name: string): Uint8Array => readFileSync(join(FIXTURES, name))
const textOf = (name: string): string => readFileSync(join(FIXTURES, name), 'utf8')

const TEXT = 'Grüße 👋 aus dem Netz.'
const CALLS = [
  ['get_weather', { city: 'Köln', days: 2 }],
  ['get_time', { zone: 'Europe/Berlin' }],
]

type Expected = { input: number; cachedInput: number; output: number; reasoning: number }
const meters = (of: Expected): Usage => ({ ...of, cacheWrite5m: 0, cacheWrite1h: 0 })
const PLAIN = meters({ input: 25, cachedInput: 0, output: 12, reasoning: 0 })
const CACHED = meters({ input: 20, cachedInput: 5, output: 12, reasoning: 0 })
const DETAILED = meters({ input: 20, cachedInput: 5, output: 12, reasoning: 4 })

/** One per reply family; every destination has at least one. */
const FAMILIES: readonly {
  readonly name: string
  readonly destination: DestinationName
  readonly usage: Usage
  /** False where a family has no place for it. */
  readonly reasons: boolean
  /** False where ids of calls must have a form of their own. */
  readonly keepsIds?: false
}[] = [
  { name: 'openai', destination: 'openai', usage: DETAILED, reasons: true },
  { name: 'together', destination: 'together', usage: CACHED, reasons: true },
  { name: 'fireworks', destination: 'fireworks', usage: CACHED, reasons: true },
  { name: 'vllm', destination: 'vllm', usage: PLAIN, reasons: true },
  { name: 'ollama', destination: 'ollama', usage: PLAIN, reasons: true },
  { name: 'llama-cpp', destination: 'llama-cpp', usage: CACHED, reasons: true },
  { name: 'anthropic', destination: 'anthropic', usage: CACHED, reasons: true },
  { name: 'gemini', destination: 'gemini', usage: DETAILED, reasons: true },
  { name: 'workers-ai', destination: 'workers-ai', usage: PLAIN, reasons: false },
  { name: 'workers-ai-chat', destination: 'workers-ai', usage: PLAIN, reasons: true },
  { name: 'workers-ai-responses', destination: 'workers-ai', usage: DETAILED, reasons: true },
  { name: 'mistral', destination: 'mistral', usage: PLAIN, reasons: true, keepsIds: false },
  { name: 'deepseek', destination: 'deepseek', usage: DETAILED, reasons: true },
  { name: 'zai', destination: 'zai', usage: CACHED, reasons: true },
  { name: 'azure-openai', destination: 'azure-openai', usage: DETAILED, reasons: true },
  { name: 'vertex', destination: 'vertex', usage: DETAILED, reasons: true },
  { name: 'vertex-anthropic', destination: 'vertex-anthropic', usage: CACHED, reasons: true },
  { name: 'bedrock', destination: 'bedrock', usage: CACHED, reasons: true },
]

/** Those that answer in one piece and without tools; test/wire/replicate.test.ts asks them for the rest. */
const TEXT_ONLY: readonly DestinationName[] = ['replicate']

test('every destination has a family here', () => {
  const covered = new Set<string>([...FAMILIES.map(({ destination }) => destination), ...TEXT_ONLY])
  expect(Object.keys(destinations).filter((name) => !covered.has(name))).toEqual([])
})

const readCalls = (calls: readonly { name: string; arguments: string }[]) =>
  calls.map((call) => [call.name, JSON.parse(call.arguments)])

describe.each(FAMILIES)('$name', ({ name, destination, usage, reasons, keepsIds = true }) => {
  const wire: Wire = wires[destinations[destination].wire]
  const reasoning = reasons ? 'Kurz grüßen.' : undefined

  test('reads a text', () => {
    const reply = wire.parseReply(textOf(`${name}.text.json`))
    expect(reply).toMatchObject({
      ok: true,
      value: {
        choices: [{ index: 0, text: TEXT, reasoning, toolCalls: [], finish: 'stop' }],
        usage,
      },
    })
  })

  test('reads parallel tool calls, each with an id of its own', () => {
    const reply = wire.parseReply(textOf(`${name}.tools.json`))
    if (!reply.ok) throw new Error(reply.error.expected)
    const [choice] = reply.value.choices
    expect(readCalls(choice?.toolCalls ?? [])).toEqual(CALLS)
    expect(new Set(choice?.toolCalls.map(({ id }) => id)).size).toBe(2)
    expect(choice?.finish).toBe('tool-calls')
  })

  test.each(['text', 'tools'])('reads the same from a stream as from a whole reply: %s', (kind) => {
    const reply = wire.parseReply(textOf(`${name}.${kind}.json`))
    if (!reply.ok) throw new Error(reply.error.expected)
    const whole = collect(replyEvents(reply.value), false)
    const streamed = readStream(wire, bytesOf(`${name}.${kind}.sse`))
    expect(readCalls(streamed.calls)).toEqual(readCalls(whole.calls))
    expect(streamed.calls.map(({ id }) => id)).toEqual(whole.calls.map(({ id }) => id))
    expect(streamed).toMatchObject({
      text: whole.text,
      reasoning: kind === 'text' ? whole.reasoning : '',
      finish: whole.finish,
      usage,
      errors: [],
      leftover: false,
    })
  })

  test.each([1, 2, 7, 64])('reads a stream in pieces of %i bytes as in one', (size) => {
    for (const kind of ['text', 'tools']) {
      const bytes = bytesOf(`${name}.${kind}.sse`)
      expect(readStream(wire, bytes, size)).toEqual(readStream(wire, bytes))
    }
  })

  test('starts a stream once, ends it once, and announces each call before its arguments', () => {
    const { events } = readStream(wire, bytesOf(`${name}.tools.sse`))
    const types = events.map(({ type }) => type)
    expect(types.filter((type) => type === 'start')).toHaveLength(1)
    expect(types[0]).toBe('start')
    expect(types.filter((type) => type === 'finish')).toHaveLength(1)
    expect(types.filter((type) => type === 'tool-start')).toHaveLength(2)
  })

  test('never takes a stream for whole that was cut', () => {
    for (const kind of ['text', 'tools']) {
      const text = textOf(`${name}.${kind}.sse`)
      const frames = text.split(/(?<=\n\r?\n)/)
      const endsAt = frames.findIndex((_frame, index) => {
        const upTo = new TextEncoder().encode(frames.slice(0, index + 1).join(''))
        return readStream(wire, upTo).finish !== undefined
      })
      expect(endsAt).toBeGreaterThanOrEqual(frames.length - 3)
      for (let kept = 0; kept < endsAt; kept++) {
        const cut = new TextEncoder().encode(
          frames
            .slice(0, kept + 1)
            .join('')
            .slice(0, -5),
        )
        expect(readStream(wire, cut)).toMatchObject({ finish: undefined, usage: undefined })
      }
    }
  })

  test('answers garbage with a value, never a throw', () => {
    const garbage = [
      '',
      '<html>bad gateway</html>',
      '{',
      '[]',
      '"x"',
      '7',
      'null',
      '{}',
      '{"choices":{}}',
    ]
    for (const body of garbage) {
      expect(wire.parseReply(body)).toMatchObject({ ok: false })
      expect(wire.parseError(body).message).not.toBe('')
      const { finish, usage: counted } = readStream(
        wire,
        new TextEncoder().encode(`data: ${body}\n\n`),
      )
      expect({ finish, counted }).toEqual({ finish: undefined, counted: undefined })
    }
  })

  test('reports a frame that is not JSON as an error', () => {
    const stream = `data: {"half\n\n${textOf(`${name}.text.sse`)}`
    expect(readStream(wire, new TextEncoder().encode(stream)).errors).toHaveLength(1)
  })

  test('survives any member of a reply being of another type', () => {
    for (const kind of ['text.json', 'tools.json']) {
      for (const mangled of mangle(JSON.parse(textOf(`${name}.${kind}`)))) {
        const body = JSON.stringify(mangled)
        expect(() => wire.parseReply(body)).not.toThrow()
        expect(() => wire.openStream().push({ event: undefined, data: body })).not.toThrow()
      }
    }
    for (const line of textOf(`${name}.tools.sse`).split('\n')) {
      const frame = line.startsWith('data: {') ? parseObject(line.slice(6)) : undefined
      for (const mangled of mangle(frame)) {
        const data = JSON.stringify(mangled)
        expect(() => wire.openStream().push({ event: undefined, data })).not.toThrow()
      }
    }
  })

  test('is written for an OpenAI client with every key that its schema requires', () => {
    const meta = { id: 'id-1', model: 'm', createdS: 1, wantsUsage: true }
    for (const kind of ['text', 'tools']) {
      const reply = wire.parseReply(textOf(`${name}.${kind}.json`))
      if (!reply.ok) throw new Error(reply.error.expected)
      const read = wires['openai-chat'].parseReply(renderChatReply(reply.value, meta))
      expect(read).toMatchObject({
        ok: true,
        value: { choices: reply.value.choices.map(unified), usage },
      })
      let renderer = openChatRenderer(meta)
      let text = ''
      for (const event of readStream(wire, bytesOf(`${name}.${kind}.sse`)).events) {
        const [next, out] = renderer.push(event)
        renderer = next
        text += out
      }
      const again = readStream(
        wires['openai-chat'],
        new TextEncoder().encode(text + renderer.end()),
      )
      const { text: said, calls, finish } = readStream(wire, bytesOf(`${name}.${kind}.sse`))
      expect(again).toMatchObject({ text: said, calls, finish, usage, errors: [], leftover: false })
    }
  })

  test('takes tool results back', () => {
    const { body } = wire.renderRequest(TOOL_TALK, 'model-x')
    const text = JSON.stringify(body)
    for (const part of [
      'Be brief.',
      'get_weather',
      'get_time',
      ...(keepsIds ? ['call_a1', 'call_b2'] : []),
      'rain-7',
      'noon-9',
      'So?',
    ]) {
      expect(text).toContain(part)
    }
  })
})

/** In another dialect the upstream's word for stopping is not kept, nor its signature; whitespace in arguments is its own. */
const unified = ({
  index,
  text,
  toolCalls,
  finish,
}: {
  index: number
  text: string
  toolCalls: readonly ToolCall[]
  finish: string
}) => ({
  index,
  text,
  toolCalls: toolCalls.map(({ signature: _signature, ...call }) => call),
  finish,
})

/** The value with each of its members in turn replaced by values of other types. */
function* mangle(value: unknown): Generator {
  if (typeof value !== 'object' || value === null) return
  const entries: [string, unknown][] = Object.entries(value)
  const withEntry = (key: string, entry: unknown): unknown =>
    Array.isArray(value)
      ? value.map((each: unknown, index) => (String(index) === key ? entry : each))
      : { ...value, [key]: entry }
  for (const [key, entry] of entries) {
    for (const other of [null, 7, 'x', [], [null], [7], {}, true]) yield withEntry(key, other)
    for (const inner of mangle(entry)) yield withEntry(key, inner)
  }
}

test.each<[DestinationName, string, string | undefined, string | undefined]>([
  [
    'openai',
    "Unsupported value: 'temperature' does not support 0.2 with this model.",
    'invalid_request_error',
    'unsupported_value',
  ],
  ['together', 'Unable to access model nope.', 'invalid_request_error', 'model_not_available'],
  ['fireworks', 'Rate limit quota violation', undefined, undefined],
  ['vllm', 'The model `nope` does not exist.', 'NotFoundError', '404'],
  ['ollama', 'model "nope" not found', 'not_found_error', undefined],
  [
    'llama-cpp',
    'request (5000 tokens) exceeds the available context size (4096 tokens)',
    'exceed_context_size_error',
    '400',
  ],
  ['anthropic', 'Overloaded', 'overloaded_error', undefined],
  ['gemini', 'You exceeded your current quota.', 'RESOURCE_EXHAUSTED', '429'],
  ['workers-ai', 'AiError: Capacity temporarily exceeded, please try again.', undefined, '3040'],
])('reads an error of %s', (name, message, type, code) => {
  const wire: Wire = wires[destinations[name].wire]
  expect(wire.parseError(textOf(`${name}.error.json`))).toEqual({ message, type, code })
})
