import type { SurfaceName } from '../domain/request.ts'
import { anthropicCountSurface, anthropicMessagesSurface } from './anthropic.ts'
import { geminiEmbeddingsSurface } from './embeddings-gemini.ts'
import { ollamaEmbeddingsSurface } from './embeddings-ollama.ts'
import { openaiEmbeddingsSurface } from './embeddings.ts'
import { geminiCountSurface, geminiSurface } from './gemini.ts'
import { ollamaGenerateSurface, ollamaSurface } from './ollama.ts'
import { openaiChatSurface } from './openai-chat.ts'
import { openaiDialect } from './openai-dialect.ts'
import { openaiResponsesSurface } from './openai-responses.ts'
import type { Dialect, Surface } from './surface.ts'

/** Everything that clients may speak. */
export const surfaces = {
  'anthropic-count-tokens': anthropicCountSurface,
  'anthropic-messages': anthropicMessagesSurface,
  gemini: geminiSurface,
  'gemini-count-tokens': geminiCountSurface,
  'gemini-embeddings': geminiEmbeddingsSurface,
  ollama: ollamaSurface,
  'ollama-embeddings': ollamaEmbeddingsSurface,
  'ollama-generate': ollamaGenerateSurface,
  'openai-chat': openaiChatSurface,
  'openai-embeddings': openaiEmbeddingsSurface,
  'openai-responses': openaiResponsesSurface,
} satisfies Partial<Record<SurfaceName, Surface>>

const all: readonly Surface[] = Object.values(surfaces)

/** The surface that a POST to this path is meant for. */
export const surfaceAt = (pathname: string): Surface | undefined =>
  all.find((surface) => surface.serves(pathname))

/** The dialect in which to say that there is nothing at a path: that of the paths beside it. */
export function dialectAt(pathname: string): Dialect {
  const near = NEAR.find(([path]) => path.test(pathname))?.[1]
  return all.find(({ dialect }) => dialect.name === near)?.dialect ?? openaiDialect
}

const NEAR: readonly (readonly [RegExp, Dialect['name']])[] = [
  [/^\/v1\/messages(?:\/|$)/, 'anthropic'],
  [/^\/api(?:\/|$)/, 'ollama'],
  [/^\/v1beta(?:\/|$)|^\/v1\/models\/.+:/, 'gemini'],
]
