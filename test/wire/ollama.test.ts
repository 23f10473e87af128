import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatEvent, Finish } from '../../src/domain/chat.ts'
import {
  ollamaEmbeddings,
  parseOllamaEmbeddings,
  renderOllamaEmbeddings,
} from '../../src/wire/embeddings-ollama.ts'
import { openOllamaRenderer, renderOllamaReply } from '../../src/wire/ollama-events.ts'
import { parseOllamaChat, parseOllamaGenerate } from '../../src/wire/ollama-parse.ts'
import { ollama } from '../../src/wire/ollama.ts'
import { conversations, replies } from './ollama-spoken.ts'

const META = { model: 'm', createdS: 1_700_000_000, request: '{}' }
test('a conversation is the same after it was written and read again', () => {
  fc.assert(
    fc.property(conversations, (chat) => {
      const { body, unsupported } = ollama.renderRequest(chat, 'm')
      expect(unsupported).toEqual([])
      expect(parseOllamaChat(JSON.stringify(body), chat.stream)).toEqual(chat)
    }),
    { numRuns: 300 },
  )
})

/** Everything that a stream of lines says. */
function readLines(lines: string): ChatEvent[] {
  let stream = ollama.openStream()
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((data) => {
      const [next, events] = stream.push({ event: undefined, data })
      stream = next
      return events
    })
}

function written(events: readonly ChatEvent[], form: 'chat' | 'generate', meta = META): string {
  let renderer = openOllamaRenderer(meta, form)
  let out = ''
  for (const event of events) {
    const [next, lines] = renderer.push(event)
    renderer = next
    out += lines
  }
  return out + renderer.end()
}

const says = (said: string): ChatEvent => ({ type: 'text', choice: 0, text: said })
const ends = (finish: Finish): ChatEvent => ({ type: 'finish', choice: 0, finish, rawFinish: 'x' })
const STOP = ends('stop')

describe('an answer for an Ollama client', () => {
  test('is the same after it was written and read again, whole and streamed', () => {
    fc.assert(
      fc.property(replies, (reply) => {
        expect(ollama.parseReply(renderOllamaReply(reply, META, 'chat'))).toEqual({
          ok: true,
          value: reply,
        })
        const [choice] = reply.choices
        const events: ChatEvent[] = [
          { type: 'start', id: undefined, model: 'm' },
          { type: 'reasoning', choice: 0, text: choice?.reasoning ?? '' },
          says(choice?.text ?? ''),
          ...(choice?.toolCalls ?? []).flatMap(
            ({ arguments: given, ...one }, index): ChatEvent[] => [
              { type: 'tool-start', choice: 0, index, ...one },
              { type: 'tool-arguments', choice: 0, index, text: given },
            ],
          ),
          {
            type: 'finish',
            choice: 0,
            finish: choice?.finish ?? 'stop',
            rawFinish: choice?.rawFinish ?? '',
          },
          ...(reply.usage === undefined ? [] : [{ type: 'usage' as const, usage: reply.usage }]),
        ]
        const heard = events.filter((event) => !('text' in event) || event.text !== '')
        expect(readLines(written(events, 'chat'))).toEqual(heard)
      }),
      { numRuns: 200 },
    )
  })

  test.each<[string, ChatEvent[], 'chat' | 'generate', string]>([
    [
      'arguments that grow are told whole, after all else',
      [
        { type: 'tool-start', choice: 0, index: 0, id: 'a', name: 'x' },
        { type: 'tool-arguments', choice: 0, index: 0, text: '{"a"' },
        says('So.'),
        { type: 'tool-arguments', choice: 0, index: 0, text: ':1}' },
        ends('tool-calls'),
      ],
      'chat',
      '"message":{"role":"assistant","content":"","tool_calls":[{"id":"a","function":{"index":0,"name":"x","arguments":{"a":1}}}]},"done":false}\n{"model":"m","created_at":"2023-11-14T22:13:20.000Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}\n',
    ],
    [
      'of a prompt, text stands alone',
      [says('So.'), STOP],
      'generate',
      '"response":"So.","done":false}',
    ],
    [
      'a refusal is said',
      [{ type: 'refusal', choice: 0, text: 'No.' }, ends('content-filter')],
      'chat',
      '"content":"No."},"done":false}',
    ],
    [
      'an error ends it, without a word that it is done',
      [says('So'), { type: 'error', message: 'It broke.', code: undefined }],
      'chat',
      '{"error":"It broke."}\n',
    ],
  ])('%s', (_name, events, form, expected) => {
    const lines = written(events, form)
    expect(lines).toContain(expected)
    expect(lines.includes('"done":true')).toBe(!lines.includes('"error"'))
  })

  test.each([
    ['{"think":false}', false],
    ['{"think": false , "a":1}', false],
    ['{"think":true}', true],
    ['{}', true],
    [String.raw`{"prompt":"\"think\":false"}`, true],
  ])('shows thoughts unless told not to: %s', (request, shown) => {
    const thought: ChatEvent = { type: 'reasoning', choice: 0, text: 'Hm.' }
    const lines = written([thought, STOP], 'chat', { ...META, request })
    expect(lines.includes('"thinking":"Hm."')).toBe(shown)
  })
})

const chat = (fields: object) => parseOllamaChat(JSON.stringify({ model: 'm', ...fields }), true)
const asks = (name: string) => ({ function: { name, arguments: { a: 1 } } })

describe('a request of an Ollama client', () => {
  test.each<[string, object, object]>([
    ['no limit', { options: { num_predict: -1 } }, { outputTokensMax: undefined }],
    ['a limit', { options: { num_predict: 5, stop: 'x' } }, { outputTokensMax: 5, stop: ['x'] }],
    ['a thought of some length', { think: true }, { reasoningEffort: 'medium' }],
    ['no thought', { think: false }, { reasoningEffort: 'none' }],
    ['JSON', { format: 'json' }, { responseFormat: { type: 'json-object' } }],
  ])('asks for %s', (_name, fields, expected) => expect(chat(fields)).toMatchObject(expected))

  test.each<[string, object[], string[]]>([
    ['by the tools’ names', [{ tool_name: 'y' }, { tool_name: 'x' }], ['call_1_1', 'call_1_0']],
    ['in order, where nothing is named', [{}, {}], ['call_1_0', 'call_1_1']],
    ['by a name that nobody has called', [{ tool_name: 'z' }], ['z']],
  ])('answers calls without ids %s', (_name, results, expected) => {
    const { messages } = chat({
      messages: [
        { role: 'user', content: 'Go.' },
        { role: 'assistant', content: '', tool_calls: [asks('x'), asks('y')] },
        ...results.map((result) => ({ role: 'tool', content: 'r', ...result })),
      ],
    })
    expect(messages.flatMap((one) => (one.role === 'tool' ? one.callId : []))).toEqual(expected)
  })

  test('may be a lone prompt', () => {
    const body = JSON.stringify({
      model: 'm',
      system: 'Be brief.',
      prompt: 'Hi',
      images: ['R0lGODlh'],
    })
    expect(parseOllamaGenerate(body, false)).toMatchObject({
      messages: [
        { role: 'system', parts: [{ text: 'Be brief.' }] },
        { role: 'user', parts: [{ text: 'Hi' }, { source: { mediaType: 'image/gif' } }] },
      ],
      stream: false,
    })
  })
})

test('what has no place is named', () => {
  const plain = parseOllamaChat('{"model":"m","messages":[]}', false)
  const { unsupported } = ollama.renderRequest(
    {
      ...plain,
      messages: [
        {
          role: 'user',
          parts: [
            {
              type: 'image',
              source: { type: 'url', url: 'https://x.test/a.png' },
              detail: undefined,
            },
            { type: 'audio', format: 'wav', base64: 'AAAA' },
            { type: 'file', source: { type: 'id', id: 'f' }, name: undefined },
          ],
        },
      ],
      toolChoice: { type: 'required' },
      parallelToolCalls: false,
      sampling: { choices: 2 },
      user: 'u',
    },
    'm',
  )
  expect(unsupported.toSorted()).toEqual([
    'audio-input',
    'file-input',
    'image-url',
    'n',
    'parallel-tool-calls',
    'tool-choice',
    'user',
  ])
})

describe('what an Ollama answers', () => {
  test.each<[string, object, object]>([
    ['nothing about usage', { done: true }, { usage: undefined }],
    ['a count of nothing', { eval_count: 3 }, { usage: { input: 0, output: 3 } }],
    ['a count that is none', { eval_count: -1, prompt_eval_count: 1 }, { usage: undefined }],
  ])('may tell %s', (_name, fields, expected) => {
    const body = JSON.stringify({ message: { content: 'Hi' }, ...fields })
    expect(ollama.parseReply(body)).toMatchObject({ ok: true, value: expected })
  })

  test.each(['', '[]', '{"error":"x"}', '{"message":"x"}'])('is none if it is %j', (body) =>
    expect(ollama.parseReply(body).ok).toBe(false),
  )

  test.each<[string, string]>([
    ['{"error":"out of memory"}', 'out of memory'],
    ['{"error":{"message":"no"}}', 'no'],
    ['{', 'the upstream sent a frame that is not a JSON object'],
  ])('may be an error in the middle: %s', (line, message) =>
    expect(readLines(line)).toMatchObject([{ type: 'error', message }]),
  )
})

describe('embeddings in Ollama’s format', () => {
  const request = { inputs: ['a', 'b'], dimensions: 2, encoding: 'float' as const }
  test('are asked for, and read', () => {
    const asked = { ...request, taskType: undefined, user: undefined }
    const { body, unsupported } = ollamaEmbeddings.renderRequest(asked, 'm')
    expect([parseOllamaEmbeddings(JSON.stringify(body)), unsupported]).toEqual([asked, []])
    expect(ollamaEmbeddings.renderRequest({ ...asked, user: 'u' }, 'm').unsupported).toEqual([
      'user',
    ])
  })

  test.each([
    ['{"input":"a"}', { model: 'm', embeddings: [[1, 2]], prompt_eval_count: 3 }],
    ['{"prompt":"a"}', { embedding: [1, 2] }],
  ])('are written as %s asked for them', (asked, expected) => {
    const usage = {
      input: 3,
      cachedInput: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      output: 0,
      reasoning: 0,
    }
    const reply = renderOllamaEmbeddings(
      { model: 'x', vectors: [[1, 2]], usage },
      { model: 'm', request: asked },
    )
    expect(JSON.parse(reply)).toEqual(expected)
  })

  test.each(['{}', '{"embeddings":[[]]}', '{"embeddings":[["a"]]}'])('are none in %s', (body) =>
    expect(ollamaEmbeddings.parseReply(body).ok).toBe(false),
  )
})
