import { renderAnthropicRequest } from './anthropic-render.ts'
import { parseAnthropicReply } from './anthropic-reply.ts'
import { openAnthropicStream } from './anthropic-stream.ts'
import { parseUpstreamError } from './error.ts'
import type { Wire } from './wire.ts'

/** Anthropic's Messages. Source: https://platform.claude.com/docs/en/api/messages (read 2026-11-23). */
export const anthropicMessages: Wire = {
  name: 'anthropic-messages',
  renderRequest: renderAnthropicRequest,
  parseReply: parseAnthropicReply,
  openStream: openAnthropicStream,
  parseError: parseUpstreamError,
}
