import { jsonSchema, tool } from 'ai'

/** A tool that notes in `asked` for whom it was called. */
export const weather = (asked: string[], name: string) =>
  tool({
    description: 'The weather in a city.',
    inputSchema: jsonSchema<{ readonly city: string }>({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    }),
    execute: ({ city }) => {
      asked.push(`${name} ${city}`)
      return { sky: 'clear' }
    },
  })
