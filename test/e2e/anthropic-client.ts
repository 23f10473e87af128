import Anthropic from '@anthropic-ai/sdk'
import type { Stage } from './harness.ts'

export const anthropicSdk = ({ local, key }: Stage, apiKey = key): Anthropic =>
  new Anthropic({ baseURL: local.url, apiKey, maxRetries: 0, logLevel: 'off' })

export const weather = (name: string): Anthropic.Tool => ({
  name,
  description: 'The weather in a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
})

export const user = (content: Anthropic.MessageParam['content']): Anthropic.MessageParam[] => [
  { role: 'user', content },
]

export const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('')

export const callsOf = ({ content }: Anthropic.Message): Anthropic.ToolUseBlock[] =>
  content.filter((block) => block.type === 'tool_use')

/** The error that a call ends with. @throws if it does not end with one. */
export async function errorOf(
  call: Promise<unknown>,
): Promise<InstanceType<typeof Anthropic.APIError>> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Anthropic.APIError) return error
  throw new Error('the call did not end with an API error', { cause: error })
}
