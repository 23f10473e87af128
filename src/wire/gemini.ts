import { parseUpstreamError } from './error.ts'
import { renderGeminiRequest } from './gemini-render.ts'
import { parseGeminiReply } from './gemini-reply.ts'
import { openGeminiStream } from './gemini-stream.ts'
import type { Wire } from './wire.ts'

/** Google's generateContent. Source: https://ai.google.dev/api/generate-content (read 2026-11-23). */
export const gemini: Wire = {
  name: 'gemini',
  renderRequest: renderGeminiRequest,
  parseReply: parseGeminiReply,
  openStream: openGeminiStream,
  parseError: parseUpstreamError,
}
