import type { ChatRequest } from '../../src/domain/chat.ts'

/** A conversation without anything special: what tests change for their purpose. */
export const PLAIN: ChatRequest = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
  tools: [],
  toolChoice: { type: 'unset' },
  parallelToolCalls: undefined,
  responseFormat: { type: 'text' },
  sampling: {},
  outputTokensMax: 2048,
  stop: [],
  stream: false,
  reasoningEffort: undefined,
  user: undefined,
}

const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

/** Two calls at once, both answered, and a question after. */
export const TOOL_TALK: ChatRequest = {
  ...PLAIN,
  messages: [
    { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'user', parts: [{ type: 'text', text: 'Weather and time in Köln?' }] },
    {
      role: 'assistant',
      parts: [],
      reasoning: undefined,
      toolCalls: [
        { id: 'call_a1', name: 'get_weather', arguments: '{"city":"Köln"}' },
        { id: 'call_b2', name: 'get_time', arguments: '{"zone":"Europe/Berlin"}' },
      ],
    },
    { role: 'tool', callId: 'call_a1', parts: [{ type: 'text', text: 'rain-7' }] },
    { role: 'tool', callId: 'call_b2', parts: [{ type: 'text', text: '{"time":"noon-9"}' }] },
    { role: 'user', parts: [{ type: 'text', text: 'Thanks. So?' }] },
  ],
  tools: [
    { name: 'get_weather', description: 'the weather', parameters: PARAMETERS, strict: undefined },
    { name: 'get_time', description: undefined, parameters: undefined, strict: undefined },
  ],
}
