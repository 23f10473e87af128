import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openSse, pushSse } from '../../src/encoding/sse.ts'
import type { ChatEvent } from '../../src/domain/chat.ts'
import { wires } from '../../src/wire/index.ts'
import {
  openResponsesRenderer,
  openaiResponses,
  renderResponsesReply,
} from '../../src/wire/openai-responses.ts'
import {
  listOf,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from '../../src/wire/read.ts'
import { replyEvents } from '../../src/wire/reply-events.ts'
import { collect, readStream, type Collected } from './collect.ts'
import { hasOpenaiSchema, schemaProblem } from './openai-schema.ts'
import { recordings, wireOfRecording } from './recordings.ts'

/** What a request that names most fields asks for, so that the answer repeats them. */
const REQUEST = {
  model: 'auto',
  input: 'Hi',
  instructions: 'Be brief.',
  metadata: { ticket: 'a' },
  temperature: 0.5,
  max_output_tokens: 100,
  tools: [
    { type: 'function', name: 'get_time', parameters: { type: 'object' } },
    { type: 'web_search' },
    { type: 'custom', name: 'patch' },
    {
      type: 'namespace',
      name: 'files',
      description: 'Files.',
      tools: [{ type: 'function', name: 'read_file', parameters: { type: 'object' } }],
    },
  ],
  tool_choice: 'auto',
  text: { format: { type: 'json_schema', name: 'reply', schema: { type: 'object' } } },
  reasoning: { effort: 'low', summary: 'auto' },
}
const META = {
  id: 'resp_dec_1',
  model: 'm',
  createdS: 1_793_491_200,
  wantsUsage: false,
  request: JSON.stringify(REQUEST),
}

let validated = 0

const valid = (name: string, value: unknown): void => {
  if (!hasOpenaiSchema) return
  validated++
  const problem = schemaProblem(name, value)
  if (problem !== undefined) throw new Error(`${problem} in ${JSON.stringify(value).slice(0, 400)}`)
}

/** The stream that a client gets for these events, each checked against OpenAI's schema and numbered on. */
function rendered(events: readonly ChatEvent[]): Foreign[] {
  let renderer = openResponsesRenderer(META)
  let stream = ''
  for (const event of events) {
    const [next, text] = renderer.push(event)
    renderer = next
    stream += text
  }
  const [, frames] = pushSse(openSse(), stream + renderer.end())
  return frames.map(({ event, data }, place) => {
    const parsed = parseObject(data) ?? {}
    expect([parsed['type'], parsed['sequence_number']]).toEqual([event, place])
    valid('ResponseStreamEvent', parsed)
    return parsed
  })
}

/** What the finished response says, read as a client would. */
function said(response: Foreign) {
  const output = objectsOf(response['output'])
  const content = output.flatMap((item) =>
    item['type'] === 'message' ? objectsOf(item['content']) : [],
  )
  return {
    text: content.map((part) => textOf(part['text']) ?? '').join(''),
    calls: output
      .filter(({ type }) => type === 'function_call' || type === 'custom_tool_call')
      .map((item) => ({
        id: item['call_id'],
        name: item['name'],
        arguments: item['arguments'] ?? item['input'],
      })),
    usage: objectOf(response['usage']),
  }
}

function expectSaid(response: Foreign, { text, calls, usage }: Collected): void {
  const told = said(response)
  expect(told.text).toBe(text)
  expect(told.calls).toEqual(calls)
  if (usage === undefined) return
  const input = usage.input + usage.cachedInput + usage.cacheWrite5m + usage.cacheWrite1h
  expect(told.usage).toMatchObject({ input_tokens: input, output_tokens: usage.output })
}

/** Deltas, put together by the item and the part that they name. */
function expectDeltas(events: readonly Foreign[], collected: Collected): void {
  const written = events
    .filter(({ type }) => type === 'response.output_text.delta')
    .map(({ delta }) => String(delta))
  expect(written.join('')).toBe(collected.text)
  const open = new Set<unknown>()
  for (const { type, output_index: place, item_id: id } of events) {
    if (type === 'response.output_item.added') open.add(place)
    else if (type === 'response.output_item.done') open.delete(place)
    else if (id !== undefined) expect(open.has(place)).toBe(true)
  }
  expect(open.size).toBe(0)
}

test.skipIf(!hasOpenaiSchema).each<readonly [string, string, Foreign]>([
  ['an event without a number', 'ResponseStreamEvent', { type: 'response.created', response: {} }],
  [
    'a delta without its place',
    'ResponseStreamEvent',
    {
      type: 'response.output_text.delta',
      item_id: 'a',
      content_index: 0,
      delta: 'x',
      logprobs: [],
      sequence_number: 1,
    },
  ],
  ['a response without its output', 'Response', { id: 'a', object: 'response' }],
])('the schema itself refuses %s', (_name, schema, value) =>
  expect(schemaProblem(schema, value)).toBeDefined(),
)

const FAMILIES = [
  ['anthropic', wires['anthropic-messages']],
  ['gemini', wires.gemini],
  ['workers-ai', wires['workers-ai']],
  ['workers-ai-chat', wires['workers-ai']],
  ['llama-cpp', wires['openai-chat']],
] as const
const FIXTURES = join(import.meta.dirname, '../fixtures/wire')

describe.each(FAMILIES)('a Responses client of %s', (name, wire) => {
  test.each(['text', 'tools'])('gets a whole response: %s', (kind) => {
    const reply = wire.parseReply(readFileSync(join(FIXTURES, `${name}.${kind}.json`), 'utf8'))
    if (!reply.ok) throw new Error(reply.error.expected)
    const response = objectOf(JSON.parse(renderResponsesReply(reply.value, META)))
    valid('Response', response)
    expectSaid(response, collect(replyEvents(reply.value), false))
  })

  test.each(['text', 'tools'])('gets a stream: %s', (kind) => {
    const read = readStream(wire, readFileSync(join(FIXTURES, `${name}.${kind}.sse`)))
    const events = rendered(read.events)
    expect(events.at(-1)?.['type']).toBe('response.completed')
    expectSaid(objectOf(events.at(-1)?.['response']), read)
    expectDeltas(events, read)
  })
})

const ALL = recordings().flatMap((each) => {
  const wire = wireOfRecording(each)
  return wire === undefined ? [] : [{ ...each, wire }]
})

describe.skipIf(ALL.length === 0)('recorded traffic, for a Responses client', () => {
  test.each(ALL.filter(({ isStream }) => !isStream))('whole: $name', ({ wire, text }) => {
    const reply = wire.parseReply(text)
    if (!reply.ok) throw new Error(reply.error.expected)
    const first = { ...reply.value, choices: reply.value.choices.slice(0, 1) }
    const response = objectOf(JSON.parse(renderResponsesReply(first, META)))
    valid('Response', response)
    expectSaid(response, collect(replyEvents(first), false))
  })

  test.each(ALL.filter(({ isStream }) => isStream))('stream: $name', ({ wire, text }) => {
    const read = readStream(wire, new TextEncoder().encode(`${text}\n\n`))
    const firstChoice = read.events.filter((event) => !('choice' in event) || event.choice === 0)
    const events = rendered(firstChoice)
    const last = events.at(-1)?.['type']
    if (read.errors.length > 0) {
      expect(last).toBe('response.failed')
      return
    }
    expect(last).toMatch(/^response\.(?:completed|incomplete|failed)$/)
    const first = collect(firstChoice, false)
    expectSaid(objectOf(events.at(-1)?.['response']), first)
    expectDeltas(events, first)
    // Our own stream is one of the dialect, and says the same when it is read as an upstream's.
    const stream = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
    const again = readStream(openaiResponses, new TextEncoder().encode(stream))
    expect([again.text, again.calls, again.usage]).toEqual([first.text, first.calls, first.usage])
  })

  afterAll(() => {
    console.info(`${ALL.length} recordings for a Responses client, ${validated} objects valid`)
  })
})

test('calls that take turns stay apart, and a sealed thought stands before its call', () => {
  const signature = { maker: 'gemini', data: 'c2ln' } as const
  const events = rendered([
    { type: 'start', id: 'a', model: 'm' },
    { type: 'reasoning', choice: 0, text: 'Hm' },
    { type: 'reasoning', choice: 0, text: '.', signature: { maker: 'openai', data: 'seal' } },
    { type: 'text', choice: 0, text: 'Wait' },
    { type: 'refusal', choice: 0, text: 'No' },
    { type: 'tool-start', choice: 0, index: 0, id: 'c1', name: 'read_file', signature },
    { type: 'tool-start', choice: 0, index: 1, id: 'c2', name: 'patch', isCustom: true },
    { type: 'tool-arguments', choice: 0, index: 1, text: 'ab' },
    { type: 'tool-arguments', choice: 0, index: 0, text: '{}' },
    { type: 'tool-arguments', choice: 0, index: 1, text: 'cd' },
    { type: 'finish', choice: 0, finish: 'length', rawFinish: 'length' },
  ])
  const last = events.at(-1) ?? {}
  expect(last['type']).toBe('response.incomplete')
  expect(listOf(objectOf(last['response'])['output'])).toMatchObject([
    {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content: 'seal',
    },
    {
      type: 'message',
      content: [
        { type: 'output_text', text: 'Wait' },
        { type: 'refusal', refusal: 'No' },
      ],
    },
    { type: 'reasoning', summary: [], encrypted_content: 'demarc.gemini.c2ln' },
    { type: 'function_call', call_id: 'c1', namespace: 'files', arguments: '{}' },
    { type: 'custom_tool_call', call_id: 'c2', input: 'abcd' },
  ])
  expect(last).toMatchObject({
    response: { incomplete_details: { reason: 'max_output_tokens' }, status: 'incomplete' },
  })
})

test('an error ends a stream with the response that failed, once', () => {
  const events = rendered([
    { type: 'start', id: 'a', model: 'm' },
    { type: 'text', choice: 0, text: 'So f' },
    { type: 'error', message: 'over', code: 'overloaded_error' },
    { type: 'error', message: 'over', code: undefined },
  ])
  expect(events.map(({ type }) => type).slice(-2)).toEqual(['error', 'response.failed'])
  expect(events.at(-2)).toMatchObject({ message: 'over', error: { message: 'over' } })
  expect(events.at(-1)).toMatchObject({
    response: { status: 'failed', error: { message: 'over' } },
  })
})

const logprob = (token: string) => ({ token, logprob: -0.5, bytes: null, top_logprobs: [] })
const tokens = (value: unknown) => objectsOf(value).map(({ token }) => token)

test('log probabilities come with their words, and all together at the end', () => {
  const events = rendered([
    { type: 'text', choice: 0, text: 'So', logprobs: [logprob('So')] },
    { type: 'text', choice: 0, text: ' be it', logprobs: [logprob(' be'), logprob(' it')] },
    { type: 'finish', choice: 0, finish: 'stop', rawFinish: 'stop' },
  ])
  const deltas = events.filter(({ type }) => type === 'response.output_text.delta')
  expect(deltas.map(({ logprobs }) => tokens(logprobs))).toEqual([['So'], [' be', ' it']])
  const done = events.find(({ type }) => type === 'response.output_text.done')
  expect(tokens(done?.['logprobs'])).toEqual(['So', ' be', ' it'])
  const stream = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
  const again = readStream(openaiResponses, new TextEncoder().encode(stream))
  expect(
    again.events.flatMap((event) => (event.type === 'text' ? tokens(event.logprobs) : [])),
  ).toEqual(['So', ' be', ' it'])
})
