import { describe, expect, test } from 'vitest'
import { scanJson, type JsonDocument } from '../../src/encoding/json-scan.ts'
import { openaiResponsesSurface as surface } from '../../src/surfaces/openai-responses.ts'
import type { Passing, ReadRequest } from '../../src/surfaces/surface.ts'

const TARGET = { url: 'https://demarc.test/v1/responses', headers: new Headers() }

function scan(body: unknown): JsonDocument {
  const document = scanJson(typeof body === 'string' ? body : JSON.stringify(body))
  if (!document.ok) throw new Error(document.error.problem)
  return document.value
}

const read = (body: unknown) => surface.read(scan(body), TARGET)

function readWell(body: unknown): ReadRequest {
  const result = read(body)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const ask = (more: object = {}) => ({ model: 'auto', input: 'Hi', ...more })
const item = (one: object) => ask({ input: [one] })
const said = (content: unknown) => item({ role: 'user', content })

describe('a request that cannot be served', () => {
  test.each<readonly [string, unknown, string | null, RegExp]>([
    ['is no object', [1], null, /JSON object/],
    ['has no model', { input: 'Hi' }, 'model', /missing/],
    ['has no input', { model: 'auto' }, 'input', /missing/],
    ['has an empty input', ask({ input: [] }), 'input', /at least one/],
    [
      'continues a response',
      ask({ previous_response_id: 'resp_1' }),
      'previous_response_id',
      /keeps no/,
    ],
    ['continues a conversation', ask({ conversation: 'conv_1' }), 'conversation', /keeps no/],
    ['names a conversation', ask({ conversation: { id: 'c' } }), 'conversation', /keeps no/],
    ['runs in the background', ask({ background: true }), 'background', /nothing is kept/],
    ['uses a stored prompt', ask({ prompt: { id: 'p' } }), 'prompt', /cannot be read/],
    [
      'refers to a message',
      item({ type: 'item_reference', id: 'msg_1' }),
      'input[0]',
      /store: false/,
    ],
    ['has a field of another form', ask({ temperature: 'hot' }), 'temperature', /a number/],
    ['has null for its model', ask({ model: null }), 'model', /a string/],
    ['asks for no output', ask({ max_output_tokens: 0 }), 'max_output_tokens', /at least 1/],
    ['has an unknown role', item({ role: 'god', content: 'x' }), 'input[0].role', /one of user/],
    ['has an unknown part', said([{ type: 'video' }]), 'input[0].content[0].type', /one of/],
    ['has content that is none', said(7), 'input[0].content', /string or an array/],
    [
      'has a result that is none',
      item({ type: 'function_call_output', call_id: 'c', output: 7 }),
      'input[0].output',
      /string or an array/,
    ],
    ['has a tool of no type', ask({ tools: [{}] }), 'tools[0].type', /a string/],
    ['has a nameless tool', ask({ tools: [{ type: 'function' }] }), 'tools[0].name', /a string/],
  ])('because it %s', (_name, body, param, message) => {
    expect(read(body)).toEqual({
      ok: false,
      error: { code: 'invalid_request', param, message: expect.stringMatching(message) },
    })
  })

  test('is told without what it said', () => {
    const result = read(item({ role: 'Alice Secret', content: 'x' }))
    expect(JSON.stringify(result)).not.toContain('Alice')
  })
})

test.each<readonly [string, unknown, readonly string[], Readonly<Record<string, string>>]>([
  [
    'nothing',
    ask({ store: false, stream: true, include: ['reasoning.encrypted_content'] }),
    [],
    {},
  ],
  ['functions', ask({ tools: [{ type: 'function', name: 'a' }] }), ['tools'], { tools: 'tools' }],
  [
    'custom tools in a namespace',
    ask({
      tools: [
        { type: 'namespace', name: 'n', description: '', tools: [{ type: 'custom', name: 'a' }] },
      ],
    }),
    ['custom-tools', 'tools'],
    { 'custom-tools': 'tools', tools: 'tools' },
  ],
  ['a search', ask({ tools: [{ type: 'web_search' }] }), ['web-search'], { 'web-search': 'tools' }],
  [
    'an MCP server',
    ask({ tools: [{ type: 'mcp' }] }),
    ['hosted-tools'],
    { 'hosted-tools': 'tools' },
  ],
  [
    'a shell',
    ask({ tools: [{ type: 'local_shell' }] }),
    ['built-in-tools'],
    { 'built-in-tools': 'tools' },
  ],
  [
    'an old search',
    item({ type: 'web_search_call', id: 'a' }),
    ['built-in-tools'],
    { 'built-in-tools': 'input' },
  ],
  [
    'a stored thought',
    item({ type: 'item_reference', id: 'rs_1' }),
    ['stored-reasoning'],
    { 'stored-reasoning': 'input' },
  ],
  [
    'a picture',
    said([{ type: 'input_image', image_url: 'data:image/png;base64,AA' }]),
    ['vision'],
    { vision: 'input' },
  ],
  [
    'a picture elsewhere',
    said([{ type: 'input_image', image_url: 'https://a.test/b.png' }]),
    ['image-url', 'vision'],
    { 'image-url': 'input', vision: 'input' },
  ],
  [
    'a file',
    said([{ type: 'input_file', file_data: 'AA' }]),
    ['file-input'],
    { 'file-input': 'input' },
  ],
  [
    'a schema',
    ask({ text: { format: { type: 'json_schema' } } }),
    ['json-schema'],
    { 'json-schema': 'text' },
  ],
  [
    'an effort',
    ask({ reasoning: { effort: 'low' } }),
    ['reasoning-effort'],
    { 'reasoning-effort': 'reasoning' },
  ],
  ['only a summary', ask({ reasoning: { summary: 'auto' } }), [], {}],
  ['a cut of the input', ask({ truncation: 'auto' }), ['truncation'], { truncation: 'truncation' }],
  [
    'a forced tool',
    ask({ tool_choice: 'required' }),
    ['tool-choice'],
    { 'tool-choice': 'tool_choice' },
  ],
  [
    'log probabilities',
    ask({ include: ['message.output_text.logprobs'] }),
    ['logprobs'],
    { logprobs: 'include' },
  ],
  ['to be stored', ask({ store: true }), ['store'], { store: 'store' }],
])('asks for %s', (_name, body, features, askedBy) => {
  expect(readWell(body).facts).toMatchObject({ features, askedBy })
})

test.each([
  ['nothing', {}, {}],
  ['storage only if asked', { store: true }, { stored: true }],
  ['a search by the provider', { tools: [{ type: 'web_search' }] }, { hostedTools: true }],
  ['an MCP server', { tools: [{ type: 'mcp', server_url: 'x' }] }, { hostedTools: true }],
  ['no shell of the client', { tools: [{ type: 'local_shell' }] }, { hostedTools: false }],
  ['a long cache', { prompt_cache_retention: '24h' }, { longCache: true }],
  ['another service class', { service_tier: 'flex' }, { serviceTier: 'other' }],
])('policy hears of %s', (_name, more, handling) => {
  const plain = { stored: false, hostedTools: false, longCache: false, serviceTier: 'default' }
  expect(readWell(ask(more)).facts.handling).toEqual({ ...plain, ...handling })
})

test('all that is said is read, and counted for the bound', () => {
  const { envelope, facts } = readWell({
    ...ask({ instructions: 'Name: Bob', client_metadata: { who: 'Eve' } }),
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'Ask Carol' }] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Dave it is' }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"to":"Frank"}' },
      { type: 'function_call_output', call_id: 'c', output: 'Grace' },
    ],
  })
  const texts = envelope.leaves.map(({ text }) => text).join('\n')
  for (const name of ['Bob', 'Carol', 'Dave', 'Eve', 'Frank', 'Grace'])
    expect(texts).toContain(name)
  expect(facts).toMatchObject({ unknownFields: ['client_metadata'], templateParts: 5, choices: 1 })
  expect(facts.promptBytes).toBeGreaterThan(200)
})

function pass(body: string, more: Partial<Passing> = {}): string {
  const { facts } = readWell(body)
  return surface.pass(scan(body), {
    facts,
    upstreamModel: 'gpt-5.2',
    outputTokens: undefined,
    leaveOut: [],
    mustAskForUsage: false,
    edits: [],
    ...more,
  })
}

describe('for OpenAI the body stays as it is', () => {
  test.each<readonly [string, string, string, Partial<Passing>]>([
    [
      'but for the model, and that nothing is to be stored',
      '{ "input" : "H\\u0069" , "model":"auto","temperature":1e0 }',
      '{ "input" : "H\\u0069" , "model":"gpt-5.2","temperature":1e0,"store":false }',
      {},
    ],
    [
      'with storage that policy permits',
      '{"model":"auto","store":true,"input":"Hi"}',
      '{"model":"gpt-5.2","store":true,"input":"Hi"}',
      {},
    ],
    [
      'without storage that is left out',
      '{"model":"auto","store":true,"input":"Hi"}',
      '{"model":"gpt-5.2","store":false,"input":"Hi"}',
      { leaveOut: ['store'] },
    ],
    [
      'with the key’s limit where there is none',
      '{"model":"auto","store":false,"input":"Hi"}',
      '{"model":"gpt-5.2","store":false,"input":"Hi","max_output_tokens":50}',
      { outputTokens: 50 },
    ],
    [
      'less the tools that are left out',
      '{"model":"a","store":false,"input":"Hi","tools":[{"type":"web_search"}, {"type":"function","name":"f"}]}',
      '{"model":"gpt-5.2","store":false,"input":"Hi","tools":[{"type":"function","name":"f"}]}',
      { leaveOut: ['web-search'] },
    ],
    [
      'less all tools, and the choice among them',
      '{"model":"a","store":false,"input":"Hi","tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"}}',
      '{"model":"gpt-5.2","store":false,"input":"Hi"}',
      { leaveOut: ['web-search'] },
    ],
    [
      'less fields that nobody knows',
      '{"model":"a","store":false,"input":"Hi","client_metadata":{"a":1}}',
      '{"model":"gpt-5.2","store":false,"input":"Hi"}',
      { leaveOut: ['client_metadata'] },
    ],
    [
      'less thoughts that it could not find or read',
      '{"model":"a","store":false,"input":[{"type":"reasoning","id":"rs_1","summary":[]},{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"demarc.gemini.QQ"}, {"type":"reasoning","id":"rs_3","summary":[],"encrypted_content":"gAAA"},{"type":"item_reference","id":"rs_4"}]}',
      '{"model":"gpt-5.2","store":false,"input":[{"type":"reasoning","id":"rs_3","summary":[],"encrypted_content":"gAAA"}]}',
      {},
    ],
  ])('%s', (_name, body, expected, more) => expect(pass(body, more)).toBe(expected))
})

test.each([
  ['numbered on', '{"type":"x","sequence_number":7}', 8],
  ['the first', undefined, 0],
  ['after what is no JSON', '{"type', 0],
])('a stream that breaks off ends with an error that is %s', (_name, lastData, number) => {
  const error = {
    status: 502,
    type: 't',
    code: 'c',
    param: null,
    message: 'm',
    retryAfterS: undefined,
  }
  const frame = surface.breakOff?.(error, lastData) ?? ''
  expect(frame).toMatch(/^event: error\ndata: .*\n\n$/)
  expect(JSON.parse(frame.slice(frame.indexOf('{')))).toEqual({
    type: 'error',
    code: 'c',
    message: 'm',
    param: null,
    error: { type: 't', code: 'c', message: 'm', param: null },
    sequence_number: number,
  })
})
