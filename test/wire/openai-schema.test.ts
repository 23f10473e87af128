import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anthropicMessages } from '../../src/wire/anthropic-messages.ts'
import { gemini } from '../../src/wire/gemini.ts'
import { openaiChat, openChatRenderer, renderChatReply } from '../../src/wire/openai-chat.ts'
import { isObject, listOf, objectOf, type Foreign } from '../../src/wire/read.ts'
import { workersAi } from '../../src/wire/workers-ai.ts'
import { readStream } from '../contract/collect.ts'
import { PLAIN, TOOL_TALK } from '../contract/conversation.ts'

/** OpenAI's API description, kept outside the repository: without it there is nothing to do here. */
const DESCRIPTION = join(import.meta.dirname, '../../../shared/data/openapi/openai.json')
const FIXTURES = join(import.meta.dirname, '../fixtures/wire')

const schemas: Foreign = existsSync(DESCRIPTION)
  ? objectOf(
      objectOf(objectOf(JSON.parse(readFileSync(DESCRIPTION, 'utf8')))['components'])['schemas'],
    )
  : {}

/** What is wrong with a value by a schema, as far as types, required keys, enums and alternatives go. */
function problems(schema: Foreign, value: unknown, path = '$'): string[] {
  if (value === null && schema['nullable'] === true) return []
  const ref = schema['$ref']
  if (typeof ref === 'string')
    return problems(objectOf(schemas[ref.split('/').at(-1) ?? '']), value, path)
  const found: string[] = []
  const types = [schema['type']].flat().filter((type) => typeof type === 'string')
  if (
    types.length > 0 &&
    !types.includes(typeOf(value)) &&
    !(types.includes('number') && typeOf(value) === 'integer')
  ) {
    return [`${path}: ${typeOf(value)} is not ${types.join(' or ')}`]
  }
  const allowed = schema['enum']
  if (Array.isArray(allowed) && !allowed.includes(value)) found.push(`${path}: not in the list`)
  for (const part of listOf(schema['allOf'])) found.push(...problems(objectOf(part), value, path))
  const alternatives = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])]
  if (alternatives.length > 0) {
    const all = alternatives.map((each) => problems(objectOf(each), value, path))
    if (all.every((each) => each.length > 0))
      found.push(`${path}: no alternative (${all.flat().join('; ')})`)
  }
  if (isObject(value)) {
    for (const key of listOf(schema['required']))
      if (!(String(key) in value)) found.push(`${path}: no ${String(key)}`)
    for (const [key, part] of Object.entries(objectOf(schema['properties']))) {
      if (key in value) found.push(...problems(objectOf(part), value[key], `${path}.${key}`))
    }
  }
  if (Array.isArray(value) && isObject(schema['items'])) {
    const items = schema['items']
    value.forEach((each, index) => found.push(...problems(items, each, `${path}[${index}]`)))
  }
  return found
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

const meta = { id: 'id', model: 'm', createdS: 7, wantsUsage: true }
const FAMILIES = [
  ['anthropic', anthropicMessages],
  ['gemini', gemini],
  ['workers-ai', workersAi],
  ['workers-ai-chat', workersAi],
  ['workers-ai-responses', workersAi],
  ['llama-cpp', openaiChat],
] as const

const check = (name: string, value: unknown) => problems(objectOf(schemas[name]), value)

describe.skipIf(Object.keys(schemas).length === 0)('by OpenAI’s own schema', () => {
  test('the check itself finds what is wrong', () => {
    expect(check('CreateChatCompletionResponse', { id: 'x' })).not.toEqual([])
    expect(
      check('CreateChatCompletionStreamResponse', {
        id: 1,
        object: 'x',
        created: 1,
        model: 'm',
        choices: [{}],
      }),
    ).not.toEqual([])
  })

  test.each(FAMILIES)('replies of %s are valid', (name, wire) => {
    for (const kind of ['text', 'tools']) {
      const reply = wire.parseReply(readFileSync(join(FIXTURES, `${name}.${kind}.json`), 'utf8'))
      if (!reply.ok) throw new Error(reply.error.expected)
      expect(
        check('CreateChatCompletionResponse', JSON.parse(renderChatReply(reply.value, meta))),
      ).toEqual([])
    }
  })

  test.each(FAMILIES)('every chunk of %s is valid', (name, wire) => {
    for (const kind of ['text', 'tools']) {
      let renderer = openChatRenderer(meta)
      let text = ''
      for (const event of readStream(wire, readFileSync(join(FIXTURES, `${name}.${kind}.sse`)))
        .events) {
        const [next, out] = renderer.push(event)
        renderer = next
        text += out
      }
      const chunks = [...(text + renderer.end()).matchAll(/^data: (\{.*\})$/gm)]
      expect(chunks.length).toBeGreaterThan(4)
      for (const [, chunk] of chunks) {
        expect(check('CreateChatCompletionStreamResponse', JSON.parse(chunk ?? ''))).toEqual([])
      }
    }
  })

  test.each([
    ['plain', PLAIN],
    [
      'with tools',
      { ...TOOL_TALK, stream: true, toolChoice: { type: 'tool' as const, name: 'get_time' } },
    ],
  ])('requests are valid: %s', (_name, chat) => {
    expect(check('CreateChatCompletionRequest', openaiChat.renderRequest(chat, 'm').body)).toEqual(
      [],
    )
  })
})
