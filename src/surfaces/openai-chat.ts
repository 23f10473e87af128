import { openChatRenderer, parseChatRequest, renderChatReply } from '../wire/openai-chat.ts'
import { fieldsAsking } from './openai-chat-fields.ts'
import { passChatRequest } from './openai-chat-pass.ts'
import { readChatRequest } from './openai-chat-read.ts'
import { openaiDialect, RATE_LIMIT_HEADERS } from './openai-dialect.ts'
import type { ChatSurface } from './surface.ts'

/** OpenAI's Chat Completions. Source: openapi.json 2.3.0. */
export const openaiChatSurface: ChatSurface = {
  name: 'openai-chat',
  operation: 'chat',
  dialect: openaiDialect,
  serves: (pathname) => pathname === '/v1/chat/completions',
  read: readChatRequest,
  pass: passChatRequest,
  fieldsAsking,
  parse: parseChatRequest,
  renderReply: renderChatReply,
  openStream: openChatRenderer,
  idPrefix: 'chatcmpl-',
  forwardedHeaders: [],
  returnedHeaders: RATE_LIMIT_HEADERS,
}
