import { err, ok } from '../domain/result.ts'
import { renderAnthropicRequest } from './anthropic-render.ts'
import { parseUpstreamError } from './error.ts'
import { countOf, parseObject } from './read.ts'
import type { CountWire } from './wire.ts'

/**
 * Counting the tokens of a message, which takes of a request only what becomes prompt.
 * Source: https://platform.claude.com/docs/en/api/messages-count-tokens (read 2026-11-23).
 */
export const anthropicCountTokens: CountWire = {
  name: 'anthropic-count-tokens',
  renderRequest: (chat, upstreamModel) => {
    const { body, unsupported } = renderAnthropicRequest(chat, upstreamModel)
    const {
      max_tokens: _max,
      stream: _stream,
      temperature: _temperature,
      top_p: _topP,
      top_k: _topK,
      stop_sequences: _stop,
      metadata: _metadata,
      ...counted
    } = body
    return { body: counted, unsupported }
  },
  parseReply: (body) => {
    const tokens = countOf(parseObject(body)?.['input_tokens'])
    return tokens === undefined ? err({ expected: 'input_tokens: a count' }) : ok(tokens)
  },
  parseError: parseUpstreamError,
}
