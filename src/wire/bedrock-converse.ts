import { parseUpstreamError } from './error.ts'
import { renderConverseRequest } from './bedrock-render.ts'
import { parseConverseReply } from './bedrock-reply.ts'
import { openConverseStream } from './bedrock-stream.ts'
import type { Wire } from './wire.ts'

/**
 * Amazon Bedrock's Converse. Its streams are AWS event streams, which reach this wire as web event streams.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.
 */
export const bedrockConverse: Wire = {
  name: 'bedrock-converse',
  renderRequest: renderConverseRequest,
  parseReply: parseConverseReply,
  openStream: openConverseStream,
  parseError: parseUpstreamError,
}
