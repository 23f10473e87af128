import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { gemini } from '../../src/wire/gemini.ts'
import { parseGeminiRequest } from '../../src/wire/gemini-parse.ts'
import { jsonSchemaOf } from '../../src/wire/gemini-schema.ts'
import { spokenConversations } from './spoken.ts'

const call = (args: object) => ({ functionCall: { name: 'f', args } })
const answer = (response: object) => ({ functionResponse: { name: 'f', response } })
const config = (generationConfig: object) => ({ generationConfig })
const calling = (functionCallingConfig: object) => ({ toolConfig: { functionCallingConfig } })

const parse = (body: object): ChatRequest => parseGeminiRequest(JSON.stringify(body), false)

const firstOf = (parts: readonly unknown[], role = 'user') =>
  parse({ contents: [{ role, parts }] }).messages

describe('a request of a Gemini client', () => {
  test.each<[string, object, unknown]>([
    ['text', { text: 'hi' }, { type: 'text', text: 'hi' }],
    [
      'an image',
      { inlineData: { mimeType: 'image/png', data: 'AA==' } },
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AA==' } },
    ],
    [
      'the same in snake case',
      { inline_data: { mime_type: 'image/png', data: 'AA==' } },
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AA==' } },
    ],
    [
      'sound',
      { inlineData: { mimeType: 'audio/wav', data: 'AA==' } },
      { type: 'audio', format: 'wav', base64: 'AA==' },
    ],
    [
      'a PDF',
      { inlineData: { mimeType: 'application/pdf', data: 'AA==' } },
      { type: 'file', source: { type: 'base64', mediaType: 'application/pdf' } },
    ],
    [
      'a file that Google keeps',
      {
        fileData: {
          fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/a',
          mimeType: 'image/png',
        },
      },
      { type: 'image', source: { type: 'id' } },
    ],
    [
      'an address',
      { fileData: { fileUri: 'https://x.test/a.mp4', mimeType: 'video/mp4' } },
      { type: 'file', source: { type: 'url', url: 'https://x.test/a.mp4' } },
    ],
    [
      'code that was run',
      { executableCode: { language: 'PYTHON', code: '1+1' } },
      { type: 'text', text: '1+1' },
    ],
  ])('holds %s', (_name, part, expected) =>
    expect(firstOf([part])).toMatchObject([{ role: 'user', parts: [expected] }]),
  )

  test('gives calls without an id one, and their answers the same', () => {
    const { messages } = parse({
      contents: [
        { role: 'user', parts: [{ text: 'go' }] },
        { role: 'model', parts: [call({ a: 1 }), call({ a: 2 })] },
        { role: 'user', parts: [answer({ output: 'one' }), answer({ error: 'two' })] },
        { role: 'model', parts: [call({ a: 3 })] },
        { role: 'function', parts: [answer({ three: 3 })] },
      ],
    })
    expect(
      messages.flatMap((message): unknown[] => {
        if (message.role === 'assistant') return message.toolCalls.map(({ id }) => id)
        if (message.role !== 'tool') return []
        const { callId, parts, isError = false } = message
        return [[callId, parts[0]?.text, isError]]
      }),
    ).toEqual([
      'call_2_0',
      'call_2_1',
      ['call_2_0', 'one', false],
      ['call_2_1', 'two', true],
      'call_4_0',
      ['call_4_0', '{"three":3}', false],
    ])
  })

  test('keeps thoughts and signatures', () => {
    const foreign = Buffer.from('demarc.anthropic.theirs').toString('base64')
    const [message] = firstOf(
      [
        { text: 'hm', thought: true, thoughtSignature: foreign },
        { text: 'so', thoughtSignature: 'c2ln' },
        { functionCall: { name: 'f' }, thought_signature: 'Y2FsbA==' },
        { functionCall: { name: 'g' }, thoughtSignature: 'skip_thought_signature_validator' },
      ],
      'model',
    )
    expect(message).toEqual({
      role: 'assistant',
      parts: [{ type: 'text', text: 'so' }],
      reasoning: 'hm',
      thoughts: [
        { text: 'hm', signature: { maker: 'anthropic', data: 'theirs' } },
        { text: '', signature: { maker: 'gemini', data: 'c2ln' } },
      ],
      toolCalls: [
        {
          id: 'call_1_0',
          name: 'f',
          arguments: '{}',
          signature: { maker: 'gemini', data: 'Y2FsbA==' },
        },
        { id: 'call_1_1', name: 'g', arguments: '{}' },
      ],
    })
  })

  test.each<[string, object, Partial<ChatRequest>]>([
    [
      'an instruction',
      { systemInstruction: { parts: [{ text: 's' }] } },
      { messages: [{ role: 'system', parts: [{ type: 'text', text: 's' }] }] },
    ],
    [
      'an instruction in snake case, with a lone part',
      { system_instruction: { parts: { text: 's' } } },
      { messages: [{ role: 'system', parts: [{ type: 'text', text: 's' }] }] },
    ],
    [
      'a level of thinking',
      config({ thinkingConfig: { thinkingLevel: 'HIGH' } }),
      { reasoningEffort: 'high' },
    ],
    [
      'a budget for thinking',
      config({ thinkingConfig: { thinkingBudget: 2000 } }),
      { reasoningEffort: 'medium' },
    ],
    [
      'no thinking',
      config({ thinking_config: { thinking_budget: 0 } }),
      { reasoningEffort: 'none' },
    ],
    [
      'thinking as the model likes',
      config({ thinkingConfig: { thinkingBudget: -1 } }),
      { reasoningEffort: undefined },
    ],
    [
      'limits',
      config({ max_output_tokens: 5, stop_sequences: ['x'], topK: 3 }),
      { outputTokensMax: 5, stop: ['x'], sampling: { topK: 3 } },
    ],
    [
      'probabilities',
      config({ responseLogprobs: true, logprobs: 2 }),
      { sampling: { logprobs: true, topLogprobs: 2 } },
    ],
    [
      'JSON',
      config({ responseMimeType: 'application/json' }),
      { responseFormat: { type: 'json-object' } },
    ],
    [
      'a schema of JSON',
      config({ responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } }),
      {
        responseFormat: {
          type: 'json-schema',
          name: 'response',
          schema: { type: 'object' },
          strict: true,
        },
      },
    ],
    [
      "a schema of Google's",
      config({ responseSchema: { type: 'STRING', nullable: true } }),
      {
        responseFormat: {
          type: 'json-schema',
          name: 'response',
          schema: { type: ['string', 'null'] },
          strict: true,
        },
      },
    ],
    [
      'a forced tool',
      calling({ mode: 'ANY', allowedFunctionNames: ['f'] }),
      { toolChoice: { type: 'tool', name: 'f' } },
    ],
    [
      'some of the tools',
      {
        ...calling({ mode: 'ANY', allowedFunctionNames: ['f', 'g'] }),
        tools: [{ functionDeclarations: ['f', 'g', 'h'].map((name) => ({ name })) }],
      },
      {
        toolChoice: { type: 'required' },
        tools: ['f', 'g'].map((name) => ({
          name,
          description: undefined,
          parameters: undefined,
          strict: undefined,
        })),
      },
    ],
  ])('says %s', (_name, body, expected) => expect(parse(body)).toMatchObject(expected))

  test('is the same after it was written and read again', () => {
    fc.assert(
      fc.property(spokenConversations('gemini'), (chat) => {
        const { body, unsupported } = gemini.renderRequest(chat, 'gemini-2.5-flash')
        expect(unsupported).toEqual([])
        expect(parseGeminiRequest(JSON.stringify(body), chat.stream)).toEqual(chat)
      }),
      { numRuns: 300 },
    )
  })

  test.each<[object, object]>([
    [
      {
        type: 'OBJECT',
        properties: {
          type: { type: 'STRING', format: 'enum', enum: ['a'] },
          n: { type: 'INTEGER', nullable: true },
        },
        propertyOrdering: ['n'],
        required: ['type'],
      },
      {
        type: 'object',
        properties: { type: { type: 'string', enum: ['a'] }, n: { type: ['integer', 'null'] } },
        required: ['type'],
      },
    ],
    [
      { type: 'ARRAY', items: { any_of: [{ type: 'NUMBER' }], nullable: true }, minItems: '1' },
      { type: 'array', items: { anyOf: [{ type: 'number' }, { type: 'null' }] }, minItems: 1 },
    ],
  ])('has a schema that others understand: %j', (schema, expected) =>
    expect(jsonSchemaOf(JSON.parse(JSON.stringify(schema)))).toEqual(expected),
  )
})
