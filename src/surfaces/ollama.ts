import { openOllamaRenderer, renderOllamaReply } from '../wire/ollama-events.ts'
import { parseOllamaChat, parseOllamaGenerate } from '../wire/ollama-parse.ts'
import { ollamaDialect } from './ollama-dialect.ts'
import { fieldsAsking } from './ollama-fields.ts'
import { passOllama } from './ollama-pass.ts'
import { readOllamaChat, readOllamaGenerate } from './ollama-read.ts'
import type { ChatSurface } from './surface.ts'

/** Ollama's `/api/chat`, which streams unless told not to. Source: https://docs.ollama.com/api/chat (read 2026-11-25). */
export const ollamaSurface: ChatSurface = {
  name: 'ollama',
  operation: 'chat',
  dialect: ollamaDialect,
  serves: (pathname) => pathname === '/api/chat',
  read: readOllamaChat,
  pass: passOllama,
  fieldsAsking,
  parse: (body, { stream }) => parseOllamaChat(body, stream),
  renderReply: (reply, meta) => renderOllamaReply(reply, meta, 'chat'),
  openStream: (meta) => openOllamaRenderer(meta, 'chat'),
  idPrefix: '',
  forwardedHeaders: [],
  returnedHeaders: [],
}

/** Ollama's `/api/generate`. Source: https://docs.ollama.com/api/generate (read 2026-11-25). */
export const ollamaGenerateSurface: ChatSurface = {
  ...ollamaSurface,
  name: 'ollama-generate',
  serves: (pathname) => pathname === '/api/generate',
  read: readOllamaGenerate,
  parse: (body, { stream }) => parseOllamaGenerate(body, stream),
  renderReply: (reply, meta) => renderOllamaReply(reply, meta, 'generate'),
  openStream: (meta) => openOllamaRenderer(meta, 'generate'),
}
