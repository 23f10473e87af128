import type { ChatMessage, ChatRequest } from '../domain/chat.ts'
import { parseUpstreamError } from './error.ts'
import { openChatStream } from './openai-chat-stream.ts'
import { renderChatRequest } from './openai-chat-render.ts'
import { parseChatReply } from './openai-chat-reply.ts'
import { defined } from './read.ts'
import type { RenderedRequest, Wire } from './wire.ts'

/** DeepSeek's chat completions. Source: https://api-docs.deepseek.com/api/create-chat-completion. */
export const deepseekChat: Wire = {
  name: 'deepseek-chat',
  renderRequest,
  parseReply: parseChatReply,
  openStream: openChatStream,
  parseError: parseUpstreamError,
}

function renderRequest(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const messages = chat.messages.map(withThought)
  const { body, unsupported } = renderChatRequest({ ...chat, messages }, upstreamModel)
  const { max_completion_tokens: maxTokens, reasoning_effort: effort, ...rest } = body
  const isSilent = effort === 'none'
  return {
    body: defined({
      ...rest,
      max_tokens: maxTokens, // only the older name is documented; the bound rests on it
      thinking: isSilent ? { type: 'disabled' } : undefined,
      reasoning_effort: isSilent ? undefined : effort,
    }),
    unsupported,
  }
}

/**
 * While it thinks, what was thought before a tool call must come back, else 400
 * (https://api-docs.deepseek.com/guides/thinking_mode#tool-calls). Clients of other dialects don't keep it, and calls of
 * other models never had it; that the field is there is enough, it may be empty.
 */
function withThought(message: ChatMessage): ChatMessage {
  if (message.role !== 'assistant' || message.toolCalls.length === 0) return message
  return { ...message, reasoning: message.reasoning ?? '' }
}
