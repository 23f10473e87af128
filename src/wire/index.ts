import type { CountWireName, DialectName, EmbeddingsWireName, WireName } from '../domain/request.ts'
import { anthropicCountTokens } from './anthropic-count.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { deepseekChat } from './deepseek-chat.ts'
import { geminiCountTokens } from './gemini-count.ts'
import { geminiEmbeddings } from './embeddings-gemini.ts'
import { openaiEmbeddings } from './embeddings-openai.ts'
import { workersAiEmbeddings } from './embeddings-workers-ai.ts'
import { gemini } from './gemini.ts'
import { mistralChat } from './mistral-chat.ts'
import { ollamaEmbeddings } from './embeddings-ollama.ts'
import { ollama, ollamaGenerate } from './ollama.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'
import { replicate } from './replicate.ts'
import type { CountWire, EmbeddingsWire, Wire } from './wire.ts'
import { workersAi } from './workers-ai.ts'
import { zaiChat } from './zai-chat.ts'

export const wires = {
  'anthropic-messages': anthropicMessages,
  'bedrock-converse': bedrockConverse,
  'deepseek-chat': deepseekChat,
  gemini,
  'mistral-chat': mistralChat,
  ollama,
  'ollama-generate': ollamaGenerate,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  replicate,
  'workers-ai': workersAi,
  'zai-chat': zaiChat,
} satisfies Record<WireName, Wire>

/** Dialects for embeddings. */
export const embeddingsWires = {
  'gemini-embeddings': geminiEmbeddings,
  'ollama-embeddings': ollamaEmbeddings,
  'openai-embeddings': openaiEmbeddings,
  'workers-ai-embeddings': workersAiEmbeddings,
} satisfies Record<EmbeddingsWireName, EmbeddingsWire>

/** Dialects for counting tokens. */
const countWires = {
  'anthropic-count-tokens': anthropicCountTokens,
  'gemini-count-tokens': geminiCountTokens,
} satisfies Partial<Record<CountWireName, CountWire>>

/** @throws TypeError if it is no dialect for conversations: a destination is declared wrongly. */
export const wireOf = (name: DialectName): Wire => find<Wire>(wires, name)

/** @throws TypeError if it is no dialect for embeddings: a destination is declared wrongly. */
export const embeddingsWireOf = (name: DialectName): EmbeddingsWire =>
  find<EmbeddingsWire>(embeddingsWires, name)

/** @throws TypeError if it is no dialect for counting tokens: a destination is declared wrongly. */
export const countWireOf = (name: DialectName): CountWire => find<CountWire>(countWires, name)

function find<T>(known: Readonly<Partial<Record<string, T>>>, name: DialectName): T {
  const wire = known[name]
  if (wire === undefined) throw new TypeError(`${name} is not spoken here`)
  return wire
}
