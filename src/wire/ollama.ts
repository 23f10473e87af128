import { parseUpstreamError } from './error.ts'
import { renderOllamaChat } from './ollama-render.ts'
import { openOllamaStream, parseOllamaReply } from './ollama-reply.ts'
import type { Wire } from './wire.ts'

/** Ollama's own format: `/api/chat`. Source: https://docs.ollama.com/api/chat (read 2026-11-25). */
export const ollama: Wire = {
  name: 'ollama',
  renderRequest: renderOllamaChat,
  parseReply: parseOllamaReply,
  openStream: openOllamaStream,
  parseError: parseUpstreamError,
  framing: 'lines',
}

/** Its `/api/generate` has other words in its answers. Conversations are never translated to it: only its own clients use it. */
export const ollamaGenerate: Wire = { ...ollama, name: 'ollama-generate' }
