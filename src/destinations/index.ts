import { anthropic } from './anthropic.ts'
import type { Destination } from './destination.ts'
import { fireworks } from './fireworks.ts'
import { gemini } from './gemini.ts'
import { llamaCpp } from './llama-cpp.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { together } from './together.ts'
import { vllm } from './vllm.ts'
import { workersAi } from './workers-ai.ts'

/** By the adapter's name in `policies/destinations.yaml`. */
export const destinations = {
  anthropic,
  fireworks,
  gemini,
  'llama-cpp': llamaCpp,
  ollama,
  openai,
  together,
  vllm,
  'workers-ai': workersAi,
} satisfies Record<string, Destination>

export type DestinationName = keyof typeof destinations
