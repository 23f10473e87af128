import { openGeminiRenderer } from '../wire/gemini-events.ts'
import { parseGeminiRequest } from '../wire/gemini-parse.ts'
import { renderGeminiReply } from '../wire/gemini-reply-render.ts'
import { geminiDialect } from './gemini-dialect.ts'
import { fieldsAsking } from './gemini-fields.ts'
import { passCount, passGenerate } from './gemini-pass.ts'
import { parseGeminiPath } from './gemini-path.ts'
import { readCountTokensRequest, readGenerateRequest } from './gemini-read.ts'
import type { ChatSurface, CountSurface } from './surface.ts'

const METHODS: ReadonlySet<string> = new Set(['generateContent', 'streamGenerateContent'])

/** Google's generateContent and streamGenerateContent. Source: https://ai.google.dev/api/generate-content (read 2026-11-23). */
export const geminiSurface: ChatSurface = {
  name: 'gemini',
  operation: 'chat',
  dialect: geminiDialect,
  serves: (pathname) => METHODS.has(parseGeminiPath(pathname)?.method ?? ''),
  read: readGenerateRequest,
  pass: passGenerate,
  fieldsAsking,
  parse: (body, { stream }) => parseGeminiRequest(body, stream),
  renderReply: renderGeminiReply,
  openStream: openGeminiRenderer,
  idPrefix: '',
  forwardedHeaders: [],
  returnedHeaders: [],
}

/** Google's countTokens. Source: https://ai.google.dev/api/tokens (read 2026-11-23). */
export const geminiCountSurface: CountSurface = {
  name: 'gemini-count-tokens',
  operation: 'count-tokens',
  dialect: geminiDialect,
  serves: (pathname) => parseGeminiPath(pathname)?.method === 'countTokens',
  read: readCountTokensRequest,
  pass: passCount,
  fieldsAsking,
  parse: (body) => parseGeminiRequest(body, false),
  renderReply: (inputTokens) => JSON.stringify({ totalTokens: inputTokens }),
  idPrefix: '',
  forwardedHeaders: [],
  returnedHeaders: [],
}
