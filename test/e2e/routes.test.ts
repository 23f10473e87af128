import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SAMPLES } from '../../scripts/start/samples.ts'
import { SIMULATED_IDS } from '../upstreams/fleet.ts'
import { fields, list, type Fields } from '../upstreams/read.ts'
import { ask, decisionOf, get, newKey, openStage, post, type Stage } from './harness.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

const OWN = ['vllm', 'ollama', 'llama-cpp']
const sentTo = (): string[] => stage.fleet.requests.map(({ destination }) => destination)
const zoneOf = (destination: string): string | undefined =>
  stage.bundle.destinations.find(({ id }) => id === destination)?.facts.zone.value

const CARD = '4111 1111 1111 1111'
const IMAGE = `data:image/png;base64,${'iVBORw0KGgo'.padEnd(400, 'A')}`
const image = (url: string): Fields[] => [
  { type: 'text', text: 'What is this?' },
  { type: 'image_url', image_url: { url } },
]

describe('the five samples take the routes of the default policy', () => {
  test.each(SAMPLES.map((sample) => [sample.name, sample] as const))(
    '%s',
    async (_name, { prompt, expected }) => {
      const reply = await post(stage, ask(prompt))
      const receipt = await get(stage, `/v1/decisions/${decisionOf(reply)}`)
      if ('forbiddenBy' in expected) {
        expect([reply.status, reply.error['code']]).toEqual([403, 'policy_forbids'])
        expect(reply.headers.get('x-should-retry')).toBe('false')
        expect(reply.error['message']).toContain(expected.forbiddenBy)
        expect(receipt.body).toMatchObject({ refusal: { rule: expected.forbiddenBy } })
        return expect(stage.fleet.requests).toEqual([])
      }
      expect([reply.status, fields(receipt.body['route'])['id']]).toEqual([200, expected.route])
      return expect(sentTo().map(zoneOf)).toEqual([expected.zone])
    },
  )
})

/** Every place of a request where a card number can hide. */
const HIDDEN: readonly (readonly [string, Fields])[] = [
  ['in the text', ask(`Charge ${CARD}`)],
  ['in a part of the text', ask([{ type: 'text', text: CARD }])],
  ['as a JSON number', ask('Charge it.', { metadata: { card: 4111111111111111 } })],
  ['in escapes', JSON.parse(JSON.stringify(ask('X')).replace('"X"', '"\\u0034111111111111111"'))],
  ['in a system message', ask('Hi', { messages: [{ role: 'system', content: CARD }] })],
  [
    'in the name of a message',
    ask('', { messages: [{ role: 'user', content: 'Hi', name: CARD }] }),
  ],
  [
    'in the arguments of a tool call',
    ask('', {
      messages: [
        { role: 'user', content: 'Pay.' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'pay', arguments: JSON.stringify({ card: { number: CARD } }) },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'done' },
      ],
    }),
  ],
  [
    'as a number in the arguments of a tool call',
    ask('', {
      messages: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'pay', arguments: '{"card":4111111111111111}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'done' },
      ],
    }),
  ],
  [
    'in the result of a tool',
    ask('', { messages: [{ role: 'tool', tool_call_id: 'call_1', content: CARD }] }),
  ],
  [
    'in the schema of a tool',
    ask('Hi', {
      tools: [{ type: 'function', function: { name: 'pay', description: `Pays with ${CARD}` } }],
    }),
  ],
  [
    'in an enum of a schema',
    ask('Hi', {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'x', schema: { type: 'object', properties: { a: { enum: [CARD] } } } },
      },
    }),
  ],
  ['in a key', ask('Hi', { metadata: { [CARD]: 'paid' } })],
  ['in metadata', ask('Hi', { metadata: { card: CARD } })],
  ['as user', ask('Hi', { user: CARD })],
  ['as a stop word', ask('Hi', { stop: [CARD] })],
  ['in a field that nobody knows', ask('Hi', { our_own_field: { deep: [{ card: CARD }] } })],
  ['as the name of such a field', ask('Hi', { [CARD]: true })],
  ['in a prediction', ask('Hi', { prediction: { type: 'content', content: CARD } })],
]

describe('a card number never leaves our own hardware, wherever it hides', () => {
  test.each(HIDDEN)('%s', async (_place, body) => {
    const reply = await post(stage, body)
    expect(reply.headers.get('demarc-label')).toMatch(/^restricted; .*pci/)
    expect([reply.status, sentTo().filter((id) => !OWN.includes(id))]).toEqual([200, []])
    stage.fleet.reset()
    for (const model of ['openai/gpt-5', 'gpt-5-nano', 'claude-haiku-4-5', 'together/glm-5']) {
      const named = await post(stage, { ...body, model })
      expect([
        model,
        named.status,
        named.error['code'],
        named.headers.get('x-should-retry'),
      ]).toEqual([model, 403, 'policy_forbids', 'false'])
      expect(named.error['message']).toMatch(/restricted-stays-home|cards-need-aoc/)
      expect(named.error['message']).toMatch(/card at \//)
      expect(named.text.includes('4111 1111') || named.text.includes('41111111')).toBe(
        _place.includes('name of such') || _place === 'in a key',
      )
    }
    expect(stage.fleet.requests).toEqual([])
  })
})

describe('what nobody has read stays at home, or is refused', () => {
  test.each([
    ['an image by URL', image('https://example.com/photo.png'), 'remote-url'],
    ['an image in the request', image(IMAGE), 'image'],
  ])('%s', async (_name, content, reason) => {
    const reply = await post(stage, ask(content))
    expect(reply.headers.get('demarc-label')).toMatch(/unscanned|partial/)
    expect([reply.status, ...sentTo().map(zoneOf)]).toEqual([200, 'own'])
    const explained = await post(stage, ask(content), { path: '/v1/explain' })
    expect(explained.body['unscanned']).toMatchObject([{ reason }])
    stage.fleet.reset()
    for (const model of ['openai/gpt-5-nano', 'gemini/gemini-2.5-flash', 'claude-haiku-4-5']) {
      const named = await post(stage, ask(content, { model }))
      expect([named.status, named.error['code']]).toEqual([403, 'policy_forbids'])
    }
    expect(stage.fleet.requests).toEqual([])
  })

  test.each<readonly [string, Fields]>([
    ['a file by id', ask([{ type: 'file', file: { file_id: 'file-1' } }])],
    ['a file', ask([{ type: 'file', file: { filename: 'a.pdf', file_data: IMAGE } }])],
    ['audio', ask([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }])],
  ])('%s is refused: nothing here can do it', async (_name, body) => {
    const reply = await post(stage, body)
    expect([reply.status, reply.error['code'], reply.error['param']]).toEqual([
      400,
      'cannot_serve',
      'messages',
    ])
    expect(stage.fleet.requests).toEqual([])
  })

  test.each<readonly [string, Fields]>([
    ['a stored prompt', ask('Hi', { prompt: { id: 'pmpt_1' } })],
    ['a former answer', ask('Hi', { previous_response_id: 'resp_1' })],
    ['data in base64', ask(`data:text/plain;base64,${Buffer.from(CARD).toString('base64')}`)],
  ])('%s goes to own hardware only', async (_name, body) => {
    const reply = await post(stage, body)
    expect([reply.status, ...sentTo().map(zoneOf)]).toEqual([200, 'own'])
    const named = await post(stage, { ...body, model: 'openai/gpt-5-nano' })
    expect([named.status, named.error['code']]).toEqual([403, 'policy_forbids'])
  })
})

describe('who may keep or pass on the data is judged too', () => {
  const MAIL = 'Draft an answer to erika.mustermann@example.com.'
  test.each<readonly [string, Fields]>([
    ['store: true', { store: true }],
    ['a web search', { web_search_options: {} }],
    ['a hosted tool', { tools: [{ type: 'web_search' }] }],
    ['an MCP server', { tools: [{ type: 'mcp', server_url: 'https://example.com/mcp' }] }],
  ])('%s: personal data go to own hardware, public data may go on', async (_name, more) => {
    const raw = await post(stage, ask(MAIL))
    expect(sentTo().map(zoneOf)).toEqual(['third-party'])
    stage.fleet.reset()
    const reply = await post(stage, ask(MAIL, more))
    expect([raw.status, reply.status, ...sentTo().map(zoneOf)]).toEqual([200, 200, 'own'])
    stage.fleet.reset()
    const named = await post(stage, ask(MAIL, { ...more, model: 'claude-haiku-4-5' }))
    expect([named.status, stage.fleet.requests.length]).toEqual([403, 0])
  })

  test.each([
    ['claude-haiku-4-5', { tools: [{ type: 'mcp', server_url: 'https://example.com/mcp' }] }],
    ['gemini/gemini-2.5-flash', { tools: [{ type: 'web_search' }] }],
    ['workers-ai/glm-4.7-flash', { tools: [{ type: 'web_search' }] }],
  ])('a hosted tool that %s cannot express does not vanish in silence', async (model, more) => {
    const reply = await post(stage, ask('Hi', { model, ...more }))
    const isNamed = (reply.headers.get('demarc-unsupported') ?? '') !== ''
    expect([reply.status, isNamed]).toEqual(reply.status === 200 ? [200, true] : [400, false])
  })
})

describe('a field outside the published schema', () => {
  const UNKNOWN = { our_own_field: 'for our own server' }
  test('reaches own hardware as it is', async () => {
    const reply = await post(stage, ask('Hi', { model: 'vllm/qwen3-30b-a3b-2507', ...UNKNOWN }))
    expect([reply.status, reply.headers.get('demarc-unsupported')]).toEqual([200, null])
    expect(stage.fleet.requests[0]?.body).toContain('"our_own_field":"for our own server"')
  })
  test.each([
    'openai/gpt-5-nano',
    'together/glm-5',
    'claude-haiku-4-5',
    'workers-ai/glm-4.7-flash',
  ])('is left out and named at %s, and refused if that is not wanted', async (model) => {
    const reply = await post(stage, ask('Hi', { model, ...UNKNOWN }))
    expect([reply.status, reply.headers.get('demarc-unsupported')]).toEqual([200, 'our_own_field'])
    expect(stage.fleet.requests[0]?.body).not.toContain('our_own_field')
    stage.fleet.reset()
    const strict = await post(stage, ask('Hi', { model, ...UNKNOWN }), {
      headers: { 'demarc-strict': '1' },
    })
    expect([strict.status, strict.error['param']]).toEqual([400, 'our_own_field'])
    expect(stage.fleet.requests).toEqual([])
  })
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'may be called %s',
    async (name) => {
      const body = JSON.stringify(ask('Hi', { model: 'openai/gpt-5-nano' }))
      const reply = await post(stage, `${body.slice(0, -1)},"${name}":{"x":1}}`)
      expect([reply.status, reply.headers.get('demarc-unsupported')]).toEqual([200, name])
      expect(stage.fleet.requests[0]?.body).not.toContain(name)
    },
  )
})

describe('declaring a label only raises it', () => {
  test.each([
    ['public', `Charge ${CARD}`, /^restricted; pci/, 'own'],
    ['restricted', 'Why is the sky blue?', /^restricted/, 'own'],
    [
      'confidential; hr; DE',
      'Why is the sky blue?',
      /^confidential; declared:hr; DE/,
      'third-party',
    ],
    ['internal', 'Why is the sky blue?', /^internal/, 'third-party'],
  ])('%s: %s', async (declared, prompt, label, zone) => {
    const reply = await post(stage, ask(prompt), { headers: { 'demarc-label': declared } })
    expect(reply.headers.get('demarc-label')).toMatch(label)
    expect(sentTo().map(zoneOf)).toEqual([zone])
  })

  test('the default label of a key holds for all its requests', async () => {
    const key = await newKey(stage, { defaultLabel: { level: 'restricted' } })
    const reply = await post(stage, ask('Hi'), { key, headers: { 'demarc-label': 'public' } })
    expect([reply.headers.get('demarc-label'), ...sentTo().map(zoneOf)]).toEqual([
      'restricted',
      'own',
    ])
  })
})

describe('fallbacks stay inside the policy', () => {
  test('when all that may take personal data fail, nobody else is asked', async () => {
    const body = ask('Draft an answer to erika.mustermann@example.com.')
    const { body: explained } = await post(stage, body, { path: '/v1/explain' })
    const planned = list(explained['attempts']).map((each) => fields(each)['destination'])
    for (const id of SIMULATED_IDS) stage.fleet.script(id, { kind: 'error', status: 500 })
    const reply = await post(stage, body)
    expect(reply.status).toBeGreaterThanOrEqual(500)
    expect(sentTo()).toEqual(planned)
    expect(planned).not.toContain('openai')
    expect(planned).not.toContain('together')
    expect(planned).not.toContain('fireworks')
  })
})
