import { openChatRenderer, parseChatRequest, renderChatReply } from '../wire/openai-chat.ts'
import { readChatRequest } from './openai-chat-read.ts'
import type { Surface } from './surface.ts'

/** OpenAI's Chat Completions. Source: openapi.json 2.3.0. */
export const openaiChatSurface: Surface = {
  name: 'openai-chat',
  wire: 'openai-chat',
  read: readChatRequest,
  parse: parseChatRequest,
  renderReply: renderChatReply,
  openStream: openChatRenderer,
}
