import { parseAnthropicRequest } from '../wire/anthropic-parse.ts'
import { openAnthropicRenderer } from '../wire/anthropic-events.ts'
import { renderAnthropicReply } from '../wire/anthropic-reply-render.ts'
import { anthropicDialect } from './anthropic-dialect.ts'
import { fieldsAsking } from './anthropic-fields.ts'
import { passMessages } from './anthropic-pass.ts'
import { readCountRequest, readMessagesRequest } from './anthropic-read.ts'
import type { ChatSurface, CountSurface } from './surface.ts'

/** Betas and versions change what a body may hold; whatever they are, Anthropic knows them. */
const FORWARDED: readonly string[] = ['anthropic-beta', 'anthropic-version']

const PATH = '/v1/messages'

/** Anthropic's Messages. Source: https://platform.claude.com/docs/en/api/messages (read 2026-11-23). */
export const anthropicMessagesSurface: ChatSurface = {
  name: 'anthropic-messages',
  operation: 'chat',
  dialect: anthropicDialect,
  serves: (pathname) => pathname === PATH,
  read: readMessagesRequest,
  pass: passMessages,
  fieldsAsking,
  parse: parseAnthropicRequest,
  renderReply: renderAnthropicReply,
  openStream: openAnthropicRenderer,
  idPrefix: 'msg_',
  forwardedHeaders: FORWARDED,
  returnedHeaders: ['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap((what) =>
    ['limit', 'remaining', 'reset'].map((which) => `anthropic-ratelimit-${what}-${which}`),
  ),
}

/** Counting the tokens of a message. Source: https://platform.claude.com/docs/en/api/messages-count-tokens (read 2026-11-23). */
export const anthropicCountSurface: CountSurface = {
  name: 'anthropic-count-tokens',
  operation: 'count-tokens',
  dialect: anthropicDialect,
  serves: (pathname) => pathname === `${PATH}/count_tokens`,
  read: readCountRequest,
  pass: passMessages,
  fieldsAsking,
  parse: parseAnthropicRequest,
  renderReply: (inputTokens) => JSON.stringify({ input_tokens: inputTokens }),
  idPrefix: '',
  forwardedHeaders: FORWARDED,
  returnedHeaders: [],
}
