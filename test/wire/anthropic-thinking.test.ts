import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { anthropicMessages } from '../../src/wire/anthropic-messages.ts'
import { PLAIN, TOOL_TALK } from '../contract/conversation.ts'

const render = (change: Partial<ChatRequest>, model = 'claude-haiku-4-5') =>
  anthropicMessages.renderRequest({ ...PLAIN, ...change }, model)
const TOOLS = { tools: TOOL_TALK.tools }

/** The members that are named are these, absent ones undefined. */
function expectRendered(
  { body, unsupported }: ReturnType<typeof render>,
  expected: object,
  features: readonly string[],
): void {
  const named = Object.fromEntries(Object.keys(expected).map((key) => [key, body[key]]))
  expect(named).toMatchObject(expected)
  expect(unsupported).toEqual(features)
}

const think = (effort: string, change: Partial<ChatRequest> = {}): Partial<ChatRequest> => ({
  reasoningEffort: effort,
  ...change,
})

describe('effort and sampling', () => {
  test.each<[string, string, Partial<ChatRequest>, object, string[]]>([
    [
      'a budget up to 4.5',
      'claude-sonnet-4-5',
      think('low', { outputTokensMax: 9000 }),
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
      [],
    ],
    [
      'a budget of at most half the limit',
      'claude-opus-4-5-20251101',
      think('high', { outputTokensMax: 9000 }),
      { thinking: { type: 'enabled', budget_tokens: 4500 } },
      [],
    ],
    [
      'no budget that is too small',
      'claude-haiku-4-5',
      think('high', { outputTokensMax: 2000 }),
      { thinking: undefined },
      ['reasoning-effort'],
    ],
    [
      'no budget after tool results',
      'claude-haiku-4-5',
      think('high', { outputTokensMax: 9000, messages: TOOL_TALK.messages.slice(0, 5) }),
      { thinking: undefined },
      ['reasoning-effort'],
    ],
    [
      'no temperature beside a budget',
      'claude-haiku-4-5',
      think('low', { outputTokensMax: 9000, sampling: { temperature: 0 } }),
      { temperature: undefined },
      ['temperature'],
    ],
    [
      'an effort from 4.6',
      'claude-sonnet-4-6',
      think('medium'),
      { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
      [],
    ],
    [
      'the least effort for minimal',
      'claude-opus-4-7',
      think('minimal'),
      { output_config: { effort: 'low' } },
      [],
    ],
    [
      'no xhigh before 4.7',
      'claude-opus-4-6',
      think('xhigh'),
      { output_config: { effort: 'high' } },
      [],
    ],
    [
      'no sampling from 4.7',
      'claude-opus-4-7',
      { sampling: { temperature: 0, topP: 0.5 } },
      { temperature: undefined, top_p: undefined },
      ['temperature', 'top-p'],
    ],
    [
      'silence from 5, which thinks by itself',
      'claude-opus-5',
      think('none'),
      { thinking: { type: 'disabled' }, output_config: undefined },
      [],
    ],
    [
      'silence beside a forced tool',
      'claude-opus-5',
      think('xhigh', { ...TOOLS, toolChoice: { type: 'required' } }),
      { thinking: { type: 'disabled' }, output_config: { effort: 'high' } },
      [],
    ],
    ['nothing for none before', 'claude-haiku-4-5', think('none'), { thinking: undefined }, []],
    [
      'nothing if nothing was asked',
      'claude-opus-5',
      {},
      { thinking: undefined, output_config: undefined },
      [],
    ],
    [
      'the ways of the newest for unknown names',
      'claude-next',
      think('low'),
      { thinking: { type: 'adaptive' } },
      [],
    ],
    [
      'the ways of the oldest for names of old',
      'claude-3-5-haiku-20241022',
      { sampling: { temperature: 0.2 } },
      { temperature: 0.2 },
      [],
    ],
  ])('has %s', (_name, model, change, body, unsupported) => {
    expectRendered(render(change, model), body, unsupported)
  })
})
