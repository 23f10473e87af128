import type { OpenAI } from 'openai'
import type { SimulatedId } from '../upstreams/fleet.ts'

/** One model at each destination, three at Workers AI, which answers in three families. */
export const MODELS: readonly (readonly [SimulatedId, string])[] = [
  ['workers-ai', 'workers-ai/llama-3.3-70b'],
  ['workers-ai', 'workers-ai/glm-4.7-flash'],
  ['workers-ai', 'workers-ai/gpt-oss-120b'],
  ['together', 'together/glm-5'],
  ['fireworks', 'fireworks/glm-5'],
  ['vllm', 'vllm/qwen3-30b-a3b-2507'],
  ['ollama', 'ollama/qwen3-8b'],
  ['llama-cpp', 'llama-cpp/gemma-3-12b-q4'],
  ['openai', 'openai/gpt-5-nano'],
  ['anthropic', 'anthropic/claude-haiku-4-5'],
  ['gemini', 'gemini/gemini-2.5-flash'],
]

export const question = (model: string): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
  model,
  max_completion_tokens: 300,
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Why is the sky blue?' },
  ],
})
