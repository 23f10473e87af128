import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { gemini } from '../../src/wire/gemini.ts'
import { PLAIN, TOOL_TALK } from '../contract/conversation.ts'

const render = (change: Partial<ChatRequest>, model = 'gemini-2.5-flash') =>
  gemini.renderRequest({ ...PLAIN, ...change }, model)
const user = (...parts: Extract<ChatRequest['messages'][number], { role: 'user' }>['parts']) => ({
  messages: [{ role: 'user' as const, parts }],
})
const TOOLS = { tools: TOOL_TALK.tools }

describe('a request', () => {
  test('matches results with their calls by id and name, all of one turn in one content', () => {
    const { body } = render(TOOL_TALK)
    expect(body).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Weather and time in Köln?' }] },
        {
          role: 'model',
          parts: [
            { functionCall: { id: 'call_a1', name: 'get_weather', args: { city: 'Köln' } } },
            { functionCall: { name: 'get_time' } },
          ],
        },
        {
          role: 'user',
          parts: [
            {
              functionResponse: {
                id: 'call_a1',
                name: 'get_weather',
                response: { output: 'rain-7' },
              },
            },
            { functionResponse: { id: 'call_b2', name: 'get_time', response: { time: 'noon-9' } } },
          ],
        },
        { role: 'user', parts: [{ text: 'Thanks. So?' }] },
      ],
      tools: [
        {
          functionDeclarations: [
            {
              name: 'get_weather',
              description: 'the weather',
              parametersJsonSchema: { required: ['city'] },
            },
            { name: 'get_time' },
          ],
        },
      ],
    })
    expect(JSON.stringify(body)).not.toContain('thoughtSignature')
  })

  test('stands in for the signature of a thought from Gemini 3 on, which refuses calls without', () => {
    expect(
      JSON.stringify(render(TOOL_TALK, 'gemini-3.1-pro-preview').body).match(
        /"thoughtSignature":"skip_thought_signature_validator"/g,
      ),
    ).toHaveLength(2)
  })

  test.each<[string, Partial<ChatRequest>, object]>([
    [
      'sampling',
      {
        sampling: {
          temperature: 1.5,
          topP: 0.5,
          seed: 7,
          choices: 2,
          presencePenalty: 1,
          frequencyPenalty: 0.5,
        },
      },
      {
        generationConfig: {
          temperature: 1.5,
          topP: 0.5,
          seed: 7,
          candidateCount: 2,
          presencePenalty: 1,
          frequencyPenalty: 0.5,
          maxOutputTokens: 2048,
        },
      },
    ],
    ['stops', { stop: ['a'] }, { generationConfig: { stopSequences: ['a'] } }],
    [
      'JSON',
      { responseFormat: { type: 'json-object' } },
      { generationConfig: { responseMimeType: 'application/json' } },
    ],
    [
      'a schema',
      {
        responseFormat: {
          type: 'json-schema',
          name: 's',
          schema: { type: 'object' },
          strict: true,
        },
      },
      {
        generationConfig: {
          responseMimeType: 'application/json',
          responseJsonSchema: { type: 'object' },
        },
      },
    ],
    [
      'auto',
      { ...TOOLS, toolChoice: { type: 'auto' } },
      { toolConfig: { functionCallingConfig: { mode: 'AUTO' } } },
    ],
    [
      'none',
      { ...TOOLS, toolChoice: { type: 'none' } },
      { toolConfig: { functionCallingConfig: { mode: 'NONE' } } },
    ],
    [
      'required',
      { ...TOOLS, toolChoice: { type: 'required' } },
      { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    ],
    [
      'a named tool',
      { ...TOOLS, toolChoice: { type: 'tool', name: 'get_time' } },
      {
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['get_time'] } },
      },
    ],
    [
      'strict tools',
      { tools: [{ name: 'f', description: undefined, parameters: {}, strict: true }] },
      { toolConfig: { functionCallingConfig: { mode: 'VALIDATED' } } },
    ],
    [
      'an image in the body',
      user({
        type: 'image',
        source: { type: 'base64', mediaType: 'image/png', data: 'AAA=' },
        detail: undefined,
      }),
      { contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: 'AAA=' } }] }] },
    ],
    [
      'an image elsewhere',
      user({
        type: 'image',
        source: { type: 'url', url: 'https://x.test/a.JPG?b' },
        detail: undefined,
      }),
      {
        contents: [
          { parts: [{ fileData: { fileUri: 'https://x.test/a.JPG?b', mimeType: 'image/jpeg' } }] },
        ],
      },
    ],
    [
      'a sound',
      user({ type: 'audio', format: 'wav', base64: 'AAA=' }),
      { contents: [{ parts: [{ inlineData: { mimeType: 'audio/wav', data: 'AAA=' } }] }] },
    ],
  ])('says %s', (_name, change, body) =>
    expect(render(change)).toMatchObject({ body, unsupported: [] }),
  )

  test.each<[string, string, string, object, string[]]>([
    ['a budget at 2.5', 'gemini-2.5-flash', 'medium', { thinkingBudget: 8192 }, []],
    ['no thought at 2.5 Flash', 'gemini-2.5-flash-lite', 'none', { thinkingBudget: 0 }, []],
    [
      'the least thought at 2.5 Pro, which must think',
      'gemini-2.5-pro',
      'none',
      { thinkingBudget: 128 },
      ['reasoning-effort'],
    ],
    ['a level from 3', 'gemini-3-flash-preview', 'medium', { thinkingLevel: 'medium' }, []],
    [
      'the least level for none',
      'gemini-3.5-flash',
      'none',
      { thinkingLevel: 'minimal' },
      ['reasoning-effort'],
    ],
    [
      'the highest for more',
      'gemini-3.1-pro-preview',
      'xhigh',
      { thinkingLevel: 'high' },
      ['reasoning-effort'],
    ],
  ])('has %s', (_name, model, effort, thinkingConfig, unsupported) => {
    expect(render({ reasoningEffort: effort }, model)).toMatchObject({
      body: { generationConfig: { thinkingConfig } },
      unsupported,
    })
  })

  test.each<[string, string, Partial<ChatRequest>, string[]]>([
    [
      'an effort for what does not think',
      'gemma-3-12b-it',
      { reasoningEffort: 'low' },
      ['reasoning-effort'],
    ],
    [
      'logprobs, one call at a time and the user',
      'gemini-2.5-flash',
      { sampling: { logprobs: true }, parallelToolCalls: false, user: 'u' },
      ['logprobs', 'parallel-tool-calls', 'user'],
    ],
    [
      'a file kept elsewhere',
      'gemini-2.5-flash',
      user({ type: 'file', source: { type: 'id', id: 'file-1' }, name: undefined }),
      ['file-input'],
    ],
  ])('names %s', (_name, model, change, unsupported) =>
    expect(render(change, model).unsupported).toEqual(unsupported),
  )
})
