import type { ChatTool, ResponseFormat, ToolChoice } from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import { defined, flagOf, isObject, jsonObjectOf, objectOf, objectsOf, textOf } from './read.ts'

/** A tool that the client runs, and the namespace in which it is declared. */
export type DeclaredTool = { readonly tool: ChatTool; readonly namespace: string | undefined }

/**
 * The tools of a request that the client runs itself. Those in a namespace are listed by their own names: no other
 * dialect has namespaces, and `namespacesOf` finds the way back.
 */
export const toolsOf = (tools: unknown): readonly DeclaredTool[] =>
  objectsOf(tools).flatMap((tool): DeclaredTool[] => {
    const namespace = textOf(tool['name'])
    if (tool['type'] !== 'namespace') return toolOf(tool, undefined)
    return objectsOf(tool['tools']).flatMap((each) => toolOf(each, namespace))
  })

function toolOf(
  tool: Readonly<Record<string, unknown>>,
  namespace: string | undefined,
): DeclaredTool[] {
  const common = { name: textOf(tool['name']) ?? '', description: textOf(tool['description']) }
  switch (tool['type']) {
    case 'function': {
      const parameters = jsonObjectOf(tool['parameters'])
      const strict = flagOf(tool['strict'])
      return [{ tool: { ...common, parameters, strict }, namespace }]
    }
    case 'custom': {
      const custom = { format: jsonObjectOf(tool['format']) }
      return [{ tool: { ...common, parameters: undefined, strict: undefined, custom }, namespace }]
    }
    default:
      return []
  }
}

/** Namespaces by the name of the tool, for the tools of a request that have one. */
export const namespacesOf = (tools: unknown): ReadonlyMap<string, string> =>
  new Map(
    toolsOf(tools).flatMap(({ tool, namespace }): [string, string][] =>
      namespace === undefined ? [] : [[tool.name, namespace]],
    ),
  )

export const renderTool = ({
  name,
  description,
  parameters,
  strict,
  custom,
}: ChatTool): JsonObject =>
  custom === undefined
    ? defined({
        type: 'function',
        name,
        description,
        parameters: parameters ?? null,
        strict: strict ?? false, // the default here is true, in other dialects false
      })
    : defined({ type: 'custom', name, description, format: custom.format })

/** `allowed_tools` narrows the tools to those it names. */
export function toolChoiceOf(value: unknown): {
  readonly toolChoice: ToolChoice
  readonly allowed?: ReadonlySet<string>
} {
  if (value === 'auto' || value === 'none' || value === 'required') {
    return { toolChoice: { type: value } }
  }
  if (!isObject(value)) return { toolChoice: { type: 'unset' } }
  const name = textOf(value['name'])
  switch (value['type']) {
    case 'function':
    case 'custom':
      return { toolChoice: name === undefined ? { type: 'unset' } : { type: 'tool', name } }
    case 'allowed_tools':
      return {
        toolChoice: { type: value['mode'] === 'required' ? 'required' : 'auto' },
        allowed: new Set(objectsOf(value['tools']).flatMap((tool) => textOf(tool['name']) ?? [])),
      }
    default:
      return { toolChoice: { type: 'unset' } }
  }
}

export function renderToolChoice(choice: ToolChoice, tools: readonly ChatTool[]): Json | undefined {
  if (choice.type === 'unset') return undefined
  if (choice.type !== 'tool') return choice.type
  const isCustom = tools.some(({ name, custom }) => name === choice.name && custom !== undefined)
  return { type: isCustom ? 'custom' : 'function', name: choice.name }
}

export function responseFormatOf(text: unknown): ResponseFormat {
  const format = objectOf(objectOf(text)['format'])
  if (format['type'] === 'json_object') return { type: 'json-object' }
  if (format['type'] !== 'json_schema') return { type: 'text' }
  return {
    type: 'json-schema',
    name: textOf(format['name']) ?? 'response',
    schema: jsonObjectOf(format['schema']) ?? {},
    strict: flagOf(format['strict']),
  }
}

export function renderTextOption(format: ResponseFormat): JsonObject | undefined {
  switch (format.type) {
    case 'text':
      return undefined
    case 'json-object':
      return { format: { type: 'json_object' } }
    case 'json-schema': {
      const { name, schema, strict } = format
      return { format: defined({ type: 'json_schema', name, schema, strict }) }
    }
  }
}
