import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answerLine } from '../../scripts/commands/decide.ts'
import { healthyWorld } from '../../scripts/lib/offline-world.ts'
import { readPolicy } from '../../scripts/lib/policy-files.ts'

const world = healthyWorld(
  await readPolicy(join(import.meta.dirname, '../../policies')),
  Date.parse('2026-11-24T12:00:00Z'),
)
const CARD = 'Card 4111 1111 1111 1111'
const body = (content: string, model = 'auto') => ({
  model,
  messages: [{ role: 'user', content }],
  max_tokens: 100,
})
const answer = (line: unknown) =>
  answerLine(typeof line === 'string' ? line : JSON.stringify(line), world)

test('a plan has its attempts with their bounds, its label and its receipt', () =>
  expect(answer({ id: 7, body: body(CARD), surface: 'openai-chat' })).toMatchObject({
    id: 7,
    outcome: 'plan',
    attempts: expect.arrayContaining([
      { destination: 'vllm', model: 'llama-4-scout', form: 'raw', bound_pico_usd: '0' },
    ]),
    label: { level: 'restricted', categories: ['pci'] },
    receipt: { route: 'cards', evidence: [{ kind: 'card', path: '/messages/0/content' }] },
  }))

test.each([
  [
    'by the policy',
    { body: body(CARD, 'openai/gpt-5') },
    { code: 'policy_forbids', rule: 'restricted-stays-home' },
  ],
  [
    'for a name that nobody has',
    { body: body('hi', 'nothing') },
    { code: 'model_unknown', rule: null },
  ],
  [
    'for a body of the wrong form',
    { body: { model: 'auto' } },
    { code: 'invalid_request', rule: null },
  ],
  [
    'for a duplicate key',
    { body: '{"model":"auto","model":"fast","messages":[]}' },
    { code: 'invalid_request', rule: null },
  ],
  [
    'for a header that cannot be read',
    { body: body('hi'), headers: { 'demarc-quality': 'best' } },
    { code: 'invalid_request', param: 'demarc-quality' },
  ],
  [
    'for a key that may not name it',
    { body: body('hi', 'gpt-5'), key: { allowedModels: ['auto'] } },
    { code: 'model_not_allowed', rule: null },
  ],
])('a request is refused %s', (_name, line, refusal) =>
  expect(answer({ id: 'a', surface: 'openai-chat', ...line })).toMatchObject({
    id: 'a',
    outcome: 'refused',
    attempts: [],
    refusal,
  }),
)

test('headers and key count as they do when serving', () => {
  const line = {
    id: 'a',
    body: body('hi'),
    surface: 'openai-chat',
    headers: { 'Demarc-Label': 'restricted' },
    key: { team: 'x' },
  }
  expect(answer(line)).toMatchObject({
    outcome: 'plan',
    label: { level: 'restricted' },
    receipt: { route: 'restricted' },
  })
})

test.each([
  ['no JSON', 'nonsense', null],
  ['an empty line', '', null],
  ['no id', { body: {}, surface: 'openai-chat' }, null],
  ['an unknown surface', { id: 'x', body: {}, surface: 'telex' }, 'x'],
  ['an unknown member', { id: 'x', body: {}, surface: 'openai-chat', more: 1 }, 'x'],
])('%s gives an error and nothing of the line', (_name, line, id) => {
  const given = answer(line)
  expect(given).toEqual({ id, error: expect.any(String) })
  expect(JSON.stringify(given)).not.toMatch(/nonsense|telex/)
})

test('no text of a request is in any answer', () => {
  for (const content of [`${CARD} MARKED`, 'MARKED'])
    for (const name of ['auto', 'MARKED', 'openai/gpt-5'])
      expect(
        JSON.stringify(
          answer({
            id: 1,
            body: { ...body(content, name), MARKED: 'MARKED', metadata: { MARKED: 'MARKED' } },
            surface: 'openai-chat',
          }),
        ),
      ).not.toContain('MARKED')
})
