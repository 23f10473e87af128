import type {
  ChatMessage,
  ChatRequest,
  ChatTool,
  ResponseFormat,
  ToolChoice,
} from '../domain/chat.ts'
import { contentMessages, type Turn } from './gemini-parse-parts.ts'
import { jsonSchemaOf } from './gemini-schema.ts'
import { memberOf } from './gemini-words.ts'
import {
  isObject,
  jsonObjectOf,
  listOf,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  type Foreign,
} from './read.ts'
import { samplingFrom } from './sampling.ts'

/**
 * A generateContent request in our own words. The body is known to be valid JSON of the right shape. Whether it streams
 * is said by the path.
 */
export function parseGeminiRequest(body: string, stream: boolean): ChatRequest {
  const whole = objectOf(JSON.parse(body))
  // A request to count tokens may hold the request whose tokens are meant.
  const inner = memberOf(whole, 'generateContentRequest')
  const request = isObject(inner) ? inner : whole
  const config = objectOf(memberOf(request, 'generationConfig'))
  const calling = callingOf(request)
  const tools = objectsOf(request['tools']).flatMap(toolsOf)
  return {
    messages: [
      ...systemOf(memberOf(request, 'systemInstruction')),
      ...messagesOf(request['contents']),
    ],
    tools: tools
      .filter(({ name }) => calling.allowed?.has(name) ?? true)
      .map((tool) => (calling.strict ? { ...tool, strict: true } : tool)),
    toolChoice: calling.toolChoice,
    parallelToolCalls: undefined,
    responseFormat: responseFormatOf(config),
    sampling: samplingFrom({
      temperature: config['temperature'],
      topP: memberOf(config, 'topP'),
      topK: memberOf(config, 'topK'),
      seed: config['seed'],
      choices: memberOf(config, 'candidateCount'),
      presencePenalty: memberOf(config, 'presencePenalty'),
      frequencyPenalty: memberOf(config, 'frequencyPenalty'),
      logprobs: memberOf(config, 'responseLogprobs'),
      topLogprobs: config['logprobs'],
    }),
    outputTokensMax: numberOf(memberOf(config, 'maxOutputTokens')),
    stop: listOf(memberOf(config, 'stopSequences')).filter((each) => typeof each === 'string'),
    stream,
    reasoningEffort: effortOf(objectOf(memberOf(config, 'thinkingConfig'))),
    user: undefined,
  }
}

function systemOf(instruction: unknown): ChatMessage[] {
  const parts = isObject(instruction) ? partsOf(instruction) : []
  const texts = typeof instruction === 'string' ? [instruction] : parts.map(({ text }) => text)
  const system = texts.flatMap((text) =>
    typeof text === 'string' && text !== '' ? [{ type: 'text' as const, text }] : [],
  )
  return system.length === 0 ? [] : [{ role: 'system', parts: system }]
}

/** Parts, which a lone one may stand for. */
const partsOf = (content: Foreign): readonly Foreign[] =>
  isObject(content['parts']) ? [content['parts']] : objectsOf(content['parts'])

/** Calls often have no id: they are numbered, and an answer without one belongs to the oldest open call of its name. */
function messagesOf(contents: unknown): ChatMessage[] {
  const turn: Turn = { number: 0, openCalls: [] }
  const list = isObject(contents) ? [contents] : objectsOf(contents)
  return list.flatMap((content) => {
    turn.number++
    return contentMessages(textOf(content['role']), partsOf(content), turn)
  })
}

function toolsOf(tool: Foreign): ChatTool[] {
  return objectsOf(memberOf(tool, 'functionDeclarations')).map((declared) => {
    const schema = jsonObjectOf(declared['parameters'])
    return {
      name: textOf(declared['name']) ?? '',
      description: textOf(declared['description']),
      parameters:
        jsonObjectOf(memberOf(declared, 'parametersJsonSchema')) ??
        (schema === undefined ? undefined : jsonSchemaOf(schema)),
      strict: undefined,
    }
  })
}

type Calling = {
  readonly toolChoice: ToolChoice
  /** Arguments must keep to their schemas. */
  readonly strict: boolean
  readonly allowed?: ReadonlySet<string>
}

function callingOf(request: Foreign): Calling {
  const config = objectOf(
    memberOf(objectOf(memberOf(request, 'toolConfig')), 'functionCallingConfig'),
  )
  const names = listOf(memberOf(config, 'allowedFunctionNames')).filter(
    (each) => typeof each === 'string',
  )
  const allowed = names.length === 0 ? {} : { allowed: new Set(names) }
  switch (config['mode']) {
    case 'ANY': {
      const [only] = names
      return names.length === 1 && only !== undefined
        ? { toolChoice: { type: 'tool', name: only }, strict: false }
        : { toolChoice: { type: 'required' }, strict: false, ...allowed }
    }
    case 'NONE':
      return { toolChoice: { type: 'none' }, strict: false }
    case 'VALIDATED':
      return { toolChoice: { type: 'auto' }, strict: true, ...allowed }
    case 'AUTO':
      return { toolChoice: { type: 'auto' }, strict: false }
    default:
      return { toolChoice: { type: 'unset' }, strict: false }
  }
}

function responseFormatOf(config: Foreign): ResponseFormat {
  const mime = textOf(memberOf(config, 'responseMimeType'))
  const own = jsonObjectOf(memberOf(config, 'responseSchema'))
  const schema =
    jsonObjectOf(memberOf(config, 'responseJsonSchema')) ??
    jsonObjectOf(config['_responseJsonSchema']) ??
    (own === undefined ? undefined : jsonSchemaOf(own))
  if (schema !== undefined) return { type: 'json-schema', name: 'response', schema, strict: true }
  return mime === 'application/json' ? { type: 'json-object' } : { type: 'text' }
}

/** Thinking budgets up to which an effort is still the word for it, in tokens; the same figures as when it is written. */
const EFFORTS: readonly (readonly [budgetMax: number, effort: string])[] = [
  [0, 'none'],
  [1024, 'low'],
  [8192, 'medium'],
]

/** The level, else what the budget amounts to; -1 leaves it to the model. */
function effortOf(thinking: Foreign): string | undefined {
  const level = textOf(memberOf(thinking, 'thinkingLevel'))?.toLowerCase()
  if (level !== undefined && level !== 'thinking_level_unspecified') return level
  const budget = numberOf(memberOf(thinking, 'thinkingBudget'))
  if (budget === undefined || budget < 0) return undefined
  return EFFORTS.find(([budgetMax]) => budget <= budgetMax)?.[1] ?? 'high'
}
