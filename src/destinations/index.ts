import { anthropic } from './anthropic.ts'
import { azureOpenai } from './azure-openai.ts'
import { bedrock } from './bedrock.ts'
import { deepseek } from './deepseek.ts'
import type { Destination } from './destination.ts'
import { fireworks } from './fireworks.ts'
import { gemini } from './gemini.ts'
import { llamaCpp } from './llama-cpp.ts'
import { mistral } from './mistral.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { replicate } from './replicate.ts'
import { together } from './together.ts'
import { vertexAnthropic } from './vertex-anthropic.ts'
import { vertex } from './vertex.ts'
import { vllm } from './vllm.ts'
import { workersAi } from './workers-ai.ts'
import { zai } from './zai.ts'

/** By the adapter's name in `policies/destinations.yaml`. */
export const destinations = {
  anthropic,
  'azure-openai': azureOpenai,
  bedrock,
  deepseek,
  fireworks,
  gemini,
  'llama-cpp': llamaCpp,
  mistral,
  ollama,
  openai,
  replicate,
  together,
  vertex,
  'vertex-anthropic': vertexAnthropic,
  vllm,
  'workers-ai': workersAi,
  zai,
} satisfies Record<string, Destination>

export type DestinationName = keyof typeof destinations
