import { parseUpstreamError } from './error.ts'
import { renderChatRequest } from './openai-chat-render.ts'
import { parseChatReply } from './openai-chat-reply.ts'
import { openChatStream } from './openai-chat-stream.ts'
import type { Wire } from './wire.ts'

export { openChatRenderer } from './openai-chat-events.ts'
export { parseChatRequest } from './openai-chat-parse.ts'
export { renderChatReply } from './openai-chat-reply.ts'
export { readChatUsage } from './openai-chat-usage.ts'

/** OpenAI's chat completions, and everyone who speaks them. Source: OpenAI's API description, 2.3.0. */
export const openaiChat: Wire = {
  name: 'openai-chat',
  renderRequest: renderChatRequest,
  parseReply: parseChatReply,
  openStream: openChatStream,
  parseError: parseUpstreamError,
}
