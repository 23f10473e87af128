import { randomBytes, randomInt } from 'node:crypto'
import type { Fields } from '../upstreams/read.ts'

/** Every marked string, by the place that it was put into. */
export const markers = new Map<string, string>()
const mark = (place: string, value: string): string => {
  markers.set(`${place} ${markers.size}`, value)
  return value
}

/** A string that nobody would take for anything. */
export const word = (place: string): string => mark(place, `zq${randomBytes(6).toString('hex')}7`)

/** A payment card number of no known issuer's customer, right in form. */
export function card(place: string): string {
  const digits = `4${Array.from({ length: 14 }, () => randomInt(10)).join('')}`
  const sum = digits.split('').reduce((total, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return mark(place, `${digits}${(10 - (sum % 10)) % 10}`)
}

export const mail = (place: string): string => `${word(place)}@example.com`

/** A request with a marked string in every field that can hold one. */
export function marked(place: string, value: (where: string) => string): Fields {
  const at = (where: string): string => value(`${place}: ${where}`)
  const schema = {
    type: 'object',
    title: at('schema title'),
    properties: {
      [at('property')]: { type: 'string', enum: [at('enum')], description: at('of it') },
    },
  }
  return {
    model: 'auto',
    max_completion_tokens: 100,
    messages: [
      { role: 'system', content: `Be kind to ${at('system')}` },
      { role: 'user', name: at('name'), content: [{ type: 'text', text: `I am ${at('part')}` }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: `call_${at('call id')}`,
            type: 'function',
            function: {
              name: 'find',
              arguments: JSON.stringify({ [at('argument')]: at('value') }),
            },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: at('tool result') },
      { role: 'user', content: at('text') },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'find', description: at('description'), parameters: schema },
      },
    ],
    response_format: { type: 'json_schema', json_schema: { name: at('format'), schema } },
    metadata: { [at('metadata key')]: at('metadata') },
    user: at('user'),
    stop: [at('stop')],
    prediction: { type: 'content', content: at('prediction') },
    safety_identifier: at('safety'),
    prompt_cache_key: at('cache key'),
    [at('field')]: { [at('inner key')]: at('inner') },
  }
}
