import { err, ok } from '../domain/result.ts'
import { parseUpstreamError } from './error.ts'
import { renderGeminiRequest } from './gemini-render.ts'
import { countOf, parseObject } from './read.ts'
import type { CountWire } from './wire.ts'

/** Counting the tokens of a whole request. Source: https://ai.google.dev/api/tokens (read 2026-11-23). */
export const geminiCountTokens: CountWire = {
  name: 'gemini-count-tokens',
  renderRequest: (chat, upstreamModel) => {
    const { body, unsupported } = renderGeminiRequest(chat, upstreamModel)
    const generateContentRequest = { model: `models/${upstreamModel}`, ...body }
    return { body: { generateContentRequest }, unsupported }
  },
  parseReply: (body) => {
    const tokens = countOf(parseObject(body)?.['totalTokens'])
    return tokens === undefined ? err({ expected: 'totalTokens: a count' }) : ok(tokens)
  },
  parseError: parseUpstreamError,
}
