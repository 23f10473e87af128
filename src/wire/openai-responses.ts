import { parseUpstreamError } from './error.ts'
import { renderResponsesRequest } from './openai-responses-render.ts'
import { parseResponsesReply } from './openai-responses-reply.ts'
import { openResponsesStream } from './openai-responses-stream.ts'
import type { Wire } from './wire.ts'

export { openResponsesRenderer } from './openai-responses-events.ts'
export { renderResponsesReply } from './openai-responses-object.ts'
export { parseResponsesRequest } from './openai-responses-parse.ts'

/** OpenAI's Responses. Source: OpenAI's API description, 2.3.0. */
export const openaiResponses: Wire = {
  name: 'openai-responses',
  renderRequest: renderResponsesRequest,
  parseReply: parseResponsesReply,
  openStream: openResponsesStream,
  parseError: parseUpstreamError,
}
