import { listOf, objectOf, parseObject, textOf } from '../../src/wire/read.ts'
import type { Recorded } from '../upstreams/server.ts'
import { hasOpenaiSchema, namesOf, schemaProblem } from './openai-schema.ts'

/** What OpenAI calls the body of a request to a path that ends like this. */
const SCHEMAS: readonly (readonly [RegExp, string])[] = [
  [/\/chat\/completions$/, 'CreateChatCompletionRequest'],
  [/\/responses$/, 'CreateResponse'],
  [/\/embeddings$/, 'CreateEmbeddingRequest'],
]

/** Top-level fields beyond OpenAI's schema that a destination gets, and why. */
const EXTRAS: Readonly<Record<string, readonly string[]>> = {
  // Without it, max_tokens is lowered in silence.
  fireworks: ['context_length_exceeded_behavior'],
  // Its name for a seed.
  mistral: ['random_seed'],
  // Whether to think at all.
  deepseek: ['thinking'],
  // Without it, the arguments of a call come in one piece at the end.
  zai: ['tool_stream', 'thinking'],
  // Own hardware gets whatever a client sends: vLLM, llama.cpp and Ollama have fields of their own.
  vllm: ['top_k', 'min_p', 'chat_template_kwargs', 'structured_outputs'],
}

/** Members of a message beyond the schema, and the destination that may not get them. */
const MESSAGE_EXTRAS: Readonly<Record<string, string>> = {
  // A message of an answer has these, and clients send it back as it is: OpenAI answers them with it.
  annotations: 'nobody',
  // OpenAI's own library keeps what it has read out of an answer there.
  parsed: 'nobody',
  // Servers of open models read what a model thought before; OpenAI's own API refuses it.
  reasoning_content: 'openai',
}

const MESSAGE_NAMES = new Set([
  'role',
  'content',
  'name',
  'refusal',
  'audio',
  'tool_calls',
  'function_call',
  'tool_call_id',
])

/** What is wrong with the requests in OpenAI's format among these, by OpenAI's own description; each kind once. */
export function outgoingProblems(requests: readonly Recorded[]): string[] {
  if (!hasOpenaiSchema) return []
  const problems = new Set<string>()
  for (const { destination, path, method, body } of requests) {
    const schema = SCHEMAS.find(([ending]) => ending.test(path))?.[1]
    if (method !== 'POST' || schema === undefined) continue
    const value = parseObject(body)
    const note = (problem: string): unknown => problems.add(`${destination}${path}: ${problem}`)
    if (value === undefined) note('no JSON object')
    else {
      const { extra, rest } = splitExtras(destination, value, schema)
      for (const name of extra) note(`${name} is not in ${schema}`)
      for (const problem of messageProblems(destination, rest)) note(problem)
      const wrong = schemaProblem(schema, rest)
      if (wrong !== undefined) note(`${wrong} in ${Object.keys(rest).join(', ')}`)
    }
  }
  return [...problems].toSorted()
}

/** How many requests in OpenAI's format there are among these. */
export const countOutgoing = (requests: readonly Recorded[]): number =>
  requests.filter(({ path }) => SCHEMAS.some(([ending]) => ending.test(path))).length

function splitExtras(
  destination: string,
  value: Readonly<Record<string, unknown>>,
  schema: string,
): { readonly extra: string[]; readonly rest: Readonly<Record<string, unknown>> } {
  const known = namesOf(schema)
  const allowed = EXTRAS[destination] ?? []
  const entries = Object.entries(value)
  return {
    extra: entries
      .map(([name]) => name)
      .filter((name) => !known.has(name) && !allowed.includes(name)),
    rest: Object.fromEntries(entries.filter(([name]) => known.has(name))),
  }
}

function messageProblems(
  destination: string,
  { messages }: Readonly<Record<string, unknown>>,
): string[] {
  const names = listOf(messages).flatMap((message) => Object.keys(objectOf(message)))
  const isWrong = (name: string): boolean =>
    !MESSAGE_NAMES.has(name) &&
    (textOf(MESSAGE_EXTRAS[name]) === undefined || MESSAGE_EXTRAS[name] === destination)
  return names.filter(isWrong).map((name) => `${name} is no member of a message`)
}
