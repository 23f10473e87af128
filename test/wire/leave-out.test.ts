import { expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { leaveOut } from '../../src/wire/leave-out.ts'
import { PLAIN } from '../contract/conversation.ts'

const ASKS: ChatRequest = {
  ...PLAIN,
  sampling: { choices: 2, seed: 1, topK: 3, topP: 0.5, presencePenalty: 1, frequencyPenalty: 1 },
  stop: ['x'],
  toolChoice: { type: 'required' },
  parallelToolCalls: false,
  reasoningEffort: 'low',
  user: 'u',
}

test.each<[string, Partial<ChatRequest>]>([
  ['stop', { stop: [] }],
  ['tool-choice', {}],
  ['parallel-tool-calls', { parallelToolCalls: undefined }],
  ['reasoning-effort', { reasoningEffort: undefined }],
  ['user', { user: undefined }],
  ['n', { sampling: { seed: 1, topK: 3, topP: 0.5, presencePenalty: 1, frequencyPenalty: 1 } }],
  ['penalties', { sampling: { choices: 2, seed: 1, topK: 3, topP: 0.5 } }],
  ['a field that nobody knows', {}],
])('leaves out what a destination cannot do, and nothing else: %s', (feature, expected) =>
  expect(leaveOut(ASKS, [feature])).toEqual({ ...ASKS, ...expected }),
)
