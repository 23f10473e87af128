import { describe, expect, test } from 'vitest'
import { workersAi, workersAiStatus } from '../../src/wire/workers-ai.ts'
import { readStream } from '../contract/collect.ts'

const reply = (body: object) => workersAi.parseReply(JSON.stringify(body))

describe('a reply', () => {
  test.each<[string, object, object]>([
    ['an object for a schema', { response: { a: 1 } }, { text: '{"a":1}' }],
    [
      'a call under `function`, its arguments as text',
      {
        response: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { text: '', toolCalls: [{ id: 'c', name: 'f', arguments: '{"a":1}' }], finish: 'tool-calls' },
    ],
    [
      'a flat call, its arguments as an object',
      { tool_calls: [{ name: 'f', arguments: { a: 1 } }] },
      { toolCalls: [{ id: 'call_0_0', name: 'f', arguments: '{"a":1}' }] },
    ],
    [
      'the wrapping of the REST interface',
      { result: { response: 'a' }, success: true, errors: [] },
      { text: 'a' },
    ],
    [
      'a chat completion without a reason to stop',
      { choices: [{ message: { content: 'a' } }] },
      { text: 'a', finish: 'stop' },
    ],
    [
      'a word of its own for the limit',
      { choices: [{ message: { content: 'a' }, finish_reason: 'model_length' }] },
      { finish: 'length' },
    ],
    [
      'a Responses answer that hit its limit',
      { output: [], status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      { finish: 'length' },
    ],
    [
      'a Responses answer that the filter cut',
      { output: [], status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      { finish: 'content-filter' },
    ],
    ['a Responses answer that failed', { output: [], status: 'failed' }, { finish: 'error' }],
  ])('reads %s', (_name, body, expected) =>
    expect(reply(body)).toMatchObject({ ok: true, value: { choices: [expected] } }),
  )

  test('takes a usage of zeros for none', () => {
    const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
    expect(reply({ response: 'a', usage })).toMatchObject({ value: { usage: undefined } })
    expect(reply({ choices: [{ message: { content: 'a' } }], usage })).toMatchObject({
      value: { usage: undefined },
    })
  })
})

const stream = (...data: (object | string)[]) =>
  readStream(
    workersAi,
    new TextEncoder().encode(
      data
        .map((each) => `data: ${typeof each === 'string' ? each : JSON.stringify(each)}\n\n`)
        .join(''),
    ),
  )
const chunk = (delta: object, finish: string | null, rest: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...rest,
})
const USAGE = { usage: { prompt_tokens: 5, completion_tokens: 2 } }

describe('a stream', () => {
  test.each<[string, (object | string)[], object]>([
    [
      'is whole at [DONE] in the native family',
      [{ response: 'a', p: 'xx' }, { response: 'b' }, '[DONE]'],
      { text: 'ab', finish: 'stop' },
    ],
    ['is cut without it', [{ response: 'a', p: 'xx' }], { text: 'a', finish: undefined }],
    [
      'reads a token that came as a number',
      [{ response: 4 }, { response: 2 }, '[DONE]'],
      { text: '42' },
    ],
    [
      'passes over frames without a response',
      [{ p: 'xx' }, { response: 'a' }, '[DONE]'],
      { text: 'a', errors: [] },
    ],
    [
      'is whole at a finish in the chat family',
      [chunk({ content: 'a' }, null), chunk({}, 'stop')],
      { text: 'a', finish: 'stop' },
    ],
    [
      'is whole at [DONE] if the finish is missing',
      [
        chunk(
          { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] },
          null,
        ),
        '[DONE]',
      ],
      { finish: 'tool-calls' },
    ],
    [
      'is cut without either',
      [chunk({ content: 'a' }, null, USAGE)],
      { finish: undefined, usage: undefined },
    ],
    [
      'tells usage that comes after the finish',
      [chunk({}, 'stop'), { choices: [], ...USAGE }],
      { usage: { input: 5, output: 2 } },
    ],
    [
      'tells native usage at the end',
      [{ response: 'a', ...USAGE }, '[DONE]'],
      { usage: { input: 5, output: 2 } },
    ],
    [
      'ends a call of nulls',
      [
        chunk(
          {
            tool_calls: [
              { id: null, type: null, index: 0, function: { name: null, arguments: null } },
            ],
          },
          null,
        ),
        chunk({}, 'stop'),
      ],
      { calls: [] },
    ],
    [
      'reads several native calls',
      [
        { tool_calls: [{ name: 'f', arguments: {} }] },
        { tool_calls: [{ name: 'g', arguments: {} }] },
        '[DONE]',
      ],
      {
        calls: [
          { id: 'call_0_0', name: 'f' },
          { id: 'call_0_1', name: 'g' },
        ],
        finish: 'tool-calls',
      },
    ],
    [
      'reports errors of the platform',
      [{ errors: [{ message: 'no', code: 3040 }] }],
      { errors: ['no'], finish: undefined },
    ],
    ['reports errors of the model', [{ error: { message: 'no' } }], { errors: ['no'] }],
    [
      'reports a failed Responses answer',
      [{ type: 'response.failed', response: { error: { message: 'no', code: 'server_error' } } }],
      { errors: ['no'], finish: undefined },
    ],
  ])('%s', (_name, frames, expected) => expect(stream(...frames)).toMatchObject(expected))
})

test.each([
  [400, [5007, 5004, 3039, 3003]],
  [403, [5018, 5016, 3023, 3041]],
  [404, [3042]],
  [405, [5019, 5005]],
  [408, [3007, 3008]],
  [413, [3006]],
  [429, [3036, 3040]],
  [undefined, [9999]],
])('answers %s for internal codes %j', (status, codes) => {
  for (const code of codes)
    expect([workersAiStatus(code), workersAiStatus(String(code))]).toEqual([status, status])
})

test.each([
  ['what the binding throws', '3040: Capacity temporarily exceeded', '3040'],
  [
    'the same with its name',
    'InferenceUpstreamError: 3036: you have used up your allocation',
    '3036',
  ],
  [
    'the body of an error',
    '{"errors":[{"message":"AiError: no","code":3006}],"success":false}',
    '3006',
  ],
  ['an error with an internal code', '{"internalCode":5007,"message":"No such model"}', '5007'],
  ['text without a code', 'oops', undefined],
])('reads the code in %s', (_name, body, code) =>
  expect(workersAi.parseError(body).code).toBe(code),
)
