import type {
  ChatMessage,
  ChatRequest,
  ChatTool,
  ResponseFormat,
  ToolChoice,
} from '../domain/chat.ts'
import { assistantMessage, textBlocks, userMessages } from './anthropic-parse-blocks.ts'
import {
  flagOf,
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

/** A Messages request in our own words. The body is known to be valid JSON of the right shape. */
export function parseAnthropicRequest(body: string): ChatRequest {
  const request = objectOf(JSON.parse(body))
  const choice = objectOf(request['tool_choice'])
  return {
    messages: [
      ...systemOf(request['system']),
      ...objectsOf(request['messages']).flatMap(messagesOf),
    ],
    tools: objectsOf(request['tools']).flatMap(toolOf),
    toolChoice: toolChoiceOf(choice),
    parallelToolCalls: choice['disable_parallel_tool_use'] === true ? false : undefined,
    responseFormat: responseFormatOf(request),
    sampling: samplingFrom({
      temperature: request['temperature'],
      topP: request['top_p'],
      topK: request['top_k'],
    }),
    outputTokensMax: numberOf(request['max_tokens']),
    stop: listOf(request['stop_sequences']).filter((each) => typeof each === 'string'),
    stream: request['stream'] === true,
    reasoningEffort: effortOf(request),
    user: textOf(objectOf(request['metadata'])['user_id']),
  }
}

function systemOf(system: unknown): ChatMessage[] {
  const parts = textBlocks(system)
  return parts.length === 0 ? [] : [{ role: 'system', parts }]
}

function messagesOf(message: Foreign): ChatMessage[] {
  switch (message['role']) {
    case 'assistant':
      return [assistantMessage(message['content'])]
    case 'system':
      return systemOf(message['content'])
    default:
      return userMessages(message['content'])
  }
}

/** Tools of the client's own. Those that Anthropic defines or runs have no schema, and no other dialect has them. */
function toolOf(tool: Foreign): ChatTool[] {
  if (!isClientTool(tool)) return []
  return [
    {
      name: textOf(tool['name']) ?? '',
      description: textOf(tool['description']),
      parameters: jsonObjectOf(tool['input_schema']),
      strict: flagOf(tool['strict']),
    },
  ]
}

const isClientTool = (tool: Foreign): boolean =>
  isObject(tool['input_schema']) &&
  (tool['type'] === undefined || tool['type'] === null || tool['type'] === 'custom')

function toolChoiceOf(choice: Foreign): ToolChoice {
  switch (choice['type']) {
    case 'auto':
    case 'none':
      return { type: choice['type'] }
    case 'any':
      return { type: 'required' }
    case 'tool':
      return { type: 'tool', name: textOf(choice['name']) ?? '' }
    default:
      return { type: 'unset' }
  }
}

/** `output_format` is the older name, of the beta. */
function responseFormatOf(request: Foreign): ResponseFormat {
  const format = objectOf(objectOf(request['output_config'])['format'] ?? request['output_format'])
  if (format['type'] !== 'json_schema') return { type: 'text' }
  const schema = jsonObjectOf(format['schema']) ?? {}
  return { type: 'json-schema', name: 'response', schema, strict: true }
}

/** Thinking budgets up to which an effort is still the word for it, in tokens; the same figures as when it is written. */
const EFFORTS: readonly (readonly [budgetMax: number, effort: string])[] = [
  [1024, 'minimal'],
  [2048, 'low'],
  [8192, 'medium'],
]

/** A stated effort, else what the thinking budget amounts to. Thinking that the model itself measures has no word. */
function effortOf(request: Foreign): string | undefined {
  const thinking = objectOf(request['thinking'])
  if (thinking['type'] === 'disabled') return 'none'
  const stated = textOf(objectOf(request['output_config'])['effort'])
  if (stated !== undefined || thinking['type'] !== 'enabled') return stated
  const budget = numberOf(thinking['budget_tokens']) ?? Number.POSITIVE_INFINITY
  return EFFORTS.find(([budgetMax]) => budget <= budgetMax)?.[1] ?? 'high'
}
