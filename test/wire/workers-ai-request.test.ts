import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { workersAi } from '../../src/wire/workers-ai.ts'
import { PLAIN, TOOL_TALK } from '../contract/conversation.ts'

const SCOUT = '@cf/meta/llama-4-scout-17b-16e-instruct'
const GLM = '@cf/zai-org/glm-4.7-flash'
const render = (change: Partial<ChatRequest>, model: string) =>
  workersAi.renderRequest({ ...PLAIN, ...change }, model)
const SCHEMA = {
  responseFormat: {
    type: 'json-schema' as const,
    name: 's',
    schema: { type: 'object' },
    strict: true,
  },
}

describe('a request', () => {
  test.each([SCOUT, GLM])(
    'has no null content, no model and the limit under its name: %s',
    (model) => {
      const { body } = render({ ...TOOL_TALK, stream: true, user: 'u' }, model)
      expect(body).toMatchObject({
        max_tokens: 2048,
        stream: true,
        messages: [
          {},
          {},
          { role: 'assistant', content: '' },
          { role: 'tool', tool_call_id: 'call_a1', content: 'rain-7' },
          {},
          {},
        ],
      })
      expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['model']))
      expect(JSON.stringify(body)).not.toMatch(
        /"model"|"user":|max_completion_tokens|stream_options|null/,
      )
    },
  )

  test.each([
    SCOUT,
    '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
    '@cf/mistralai/mistral-small-3.1-24b-instruct',
    '@cf/google/gemma-3-12b-it',
    '@cf/deepseek-ai/deepseek-r1-distill-qwen-32b',
  ])('takes the bare schema in the native family: %s', (model) => {
    expect(render(SCHEMA, model).body).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { type: 'object' } },
    })
  })

  test.each([
    GLM,
    '@cf/qwen/qwen3-30b-a3b-fp8',
    '@cf/google/gemma-4-26b-a4b-it',
    '@cf/deepseek-ai/deepseek-v4-flash-0731',
    '@cf/openai/gpt-oss-120b',
    '@cf/new/model',
  ])('takes OpenAI’s form in the chat family: %s', (model) => {
    expect(render(SCHEMA, model).body).toMatchObject({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 's', schema: { type: 'object' }, strict: true },
      },
    })
  })

  test.each<[string, string, Partial<ChatRequest>, string[]]>([
    [
      'stops, efforts and single calls in the native family',
      SCOUT,
      { stop: ['a'], reasoningEffort: 'low', parallelToolCalls: false },
      ['parallel-tool-calls', 'reasoning-effort', 'stop'],
    ],
    [
      'none of them in the chat family',
      GLM,
      { stop: ['a'], reasoningEffort: 'low', parallelToolCalls: false },
      [],
    ],
    [
      'that a required tool is only a wish',
      GLM,
      { ...TOOL_TALK, toolChoice: { type: 'required' } },
      ['tool-choice'],
    ],
    [
      'several choices, logprobs and the user',
      GLM,
      { sampling: { choices: 2, logprobs: true }, user: 'u' },
      ['logprobs', 'n', 'user'],
    ],
    [
      'sound and files',
      GLM,
      {
        messages: [
          {
            role: 'user',
            parts: [
              { type: 'audio', format: 'wav', base64: '' },
              { type: 'file', source: { type: 'id', id: 'f' }, name: undefined },
            ],
          },
        ],
      },
      ['audio-input', 'file-input'],
    ],
  ])('names %s', (_name, model, change, unsupported) =>
    expect(render(change, model).unsupported).toEqual(unsupported),
  )

  test('keeps a named tool, which is enforced', () => {
    expect(
      render({ ...TOOL_TALK, toolChoice: { type: 'tool', name: 'get_time' } }, SCOUT),
    ).toMatchObject({ body: { tool_choice: { function: { name: 'get_time' } } }, unsupported: [] })
  })
})
