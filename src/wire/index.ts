import type { WireName } from '../domain/request.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { gemini } from './gemini.ts'
import { openaiChat } from './openai-chat.ts'
import type { Wire } from './wire.ts'
import { workersAi } from './workers-ai.ts'

export const wires = {
  'anthropic-messages': anthropicMessages,
  gemini,
  'openai-chat': openaiChat,
  'workers-ai': workersAi,
} satisfies Record<WireName, Wire>
