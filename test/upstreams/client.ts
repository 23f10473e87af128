import type { Fleet, SimulatedId } from './fleet.ts'
import { fields, list, parseFields, text, type Fields } from './read.ts'

export const HEADERS: Record<SimulatedId, (key: string) => Record<string, string>> = {
  'workers-ai': () => ({
    'mf-url': 'https://workers-binding.ai/run?version=3',
    'mf-header-cf-consn-model-id': '@cf/meta/llama-4-scout-17b-16e-instruct',
  }),
  together: (key) => ({ authorization: `Bearer ${key}` }),
  fireworks: (key) => ({ authorization: `Bearer ${key}` }),
  vllm: () => ({}),
  ollama: () => ({}),
  'llama-cpp': () => ({}),
  openai: (key) => ({ authorization: `Bearer ${key}` }),
  anthropic: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  gemini: (key) => ({ 'x-goog-api-key': key }),
}

export const ALL = Object.keys(HEADERS).filter((id): id is SimulatedId => id in HEADERS)
export const CHAT = ALL.filter((id) => !['workers-ai', 'anthropic', 'gemini'].includes(id))

/** The same question in each dialect. */
export function pathAndBody(id: SimulatedId, stream: boolean, prompt = 'Hello.'): [string, Fields] {
  const messages = [{ role: 'user', content: prompt }]
  if (id === 'workers-ai') return ['', { inputs: { messages, stream }, options: {} }]
  if (id === 'anthropic')
    return ['/messages', { model: 'claude', max_tokens: 99, messages, stream }]
  if (id === 'gemini') {
    const verb = stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
    const contents = [{ role: 'user', parts: [{ text: prompt }] }]
    return [`/models/gemini-2.5-flash:${verb}`, { contents }]
  }
  return ['/chat/completions', { model: 'some-model', messages, stream }]
}

/** A client that speaks each provider's dialect to a fleet. */
export function clientOf(fleet: Fleet) {
  const post = (id: SimulatedId, path: string, body: Fields, key = fleet.keys[id] ?? '') =>
    fetch(`${fleet.urls[id]}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...HEADERS[id](key) },
      body: JSON.stringify(body),
      redirect: 'manual',
    })
  const ask = (id: SimulatedId, stream = false, key?: string) =>
    post(id, ...pathAndBody(id, stream), key)
  const chat = async (id: SimulatedId, more: Fields, prompt = 'Please call them.') => {
    const [path, body] = pathAndBody(id, false, prompt)
    const reply = await post(id, path, { ...body, ...more })
    return { status: reply.status, body: fields(parseFields(await reply.text())) }
  }
  return { post, ask, chat }
}

/** The `data:` of each frame, parsed; `[DONE]` stays a word. */
export function events(stream: string): unknown[] {
  return stream
    .split('\n\n')
    .map((frame) => /^data: (.*)$/m.exec(frame)?.[1])
    .filter((data) => data !== undefined)
    .map((data) => parseFields(data) ?? data)
}

export const TOOLS = ['first', 'second'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}))

export const callsIn = (body: Fields) =>
  list(firstMessage(body)['tool_calls']).map((call) =>
    text(fields(fields(call)['function'])['name']),
  )

export const firstMessage = (body: Fields): Fields =>
  fields(fields(list(body['choices'])[0])['message'])
