import { expect, test } from 'vitest'
import { mapped, ModelMap, readRaises } from '../../scripts/lib/price-map.ts'

const map = ModelMap.parse([
  { from: 'workers-ai/llama-4-scout', to: 'openai/gpt-5' },
  { from: 'workers-ai/*', to: 'anthropic/claude-opus-4-5' },
  { from: 'vllm/bge-m3', to: 'vllm/bge-m3' },
])

test.each([
  ['the model that is named', 'workers-ai/llama-4-scout', map, 'openai/gpt-5'],
  ['any other of the destination', 'workers-ai/glm-5.2', map, 'anthropic/claude-opus-4-5'],
  ['nothing that no line fits', 'together/glm-5.2', map, 'together/glm-5.2'],
  ['everything by a star', 'together/glm-5.2', [{ from: '*', to: 'openai/gpt-5' }], 'openai/gpt-5'],
] as const)('moves %s', (_name, from, lines, to) => {
  const [destination = '', model = ''] = from.split('/')
  const place = mapped([...lines])({ destination, model })
  expect(`${place.destination}/${place.model}`).toBe(to)
})

test.each([
  ['no line', []],
  ['a target without a destination', [{ from: '*', to: 'gpt-5' }]],
  ['a target for several', [{ from: '*', to: 'openai/*' }]],
  ['a model anywhere', [{ from: '*/gpt-5', to: 'openai/gpt-5' }]],
  ['another word', [{ from: '*', to: 'openai/gpt-5', why: 'x' }]],
])('refuses a map with %s', (_name, lines) => expect(ModelMap.safeParse(lines).success).toBe(false))

test('reads percentages by destination', () =>
  expect(readRaises(['openai=50%', '*=-5'])).toEqual({
    ok: true,
    value: new Map([
      ['openai', 50],
      ['*', -5],
    ]),
  }))

test.each([
  [['openai']],
  [['openai=1.5%']],
  [['openai=-101%']],
  [['openai=1%', 'openai=2%']],
  [['=5%']],
])('refuses %j', (said) => expect(readRaises(said)).toMatchObject({ ok: false }))
