import type {
  ChatMessage,
  ChatPart,
  ChatRequest,
  MediaSource,
  Thought,
  ToolCall,
} from '../domain/chat.ts'
import type { Feature } from '../domain/features.ts'
import type { JsonObject } from '../domain/json.ts'
import { generationOf, thinkingOf } from './gemini-thinking.ts'
import { NO_SIGNATURE } from './gemini-words.ts'
import { defined, jsonObjectOf, parseObject } from './read.ts'
import type { RenderedRequest } from './wire.ts'

/** The conversation as a generateContent request; the model is in the path. Of the reasoning of earlier turns, only what Google signed goes back. */
export function renderGeminiRequest(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const unsupported = new Set<Feature>()
  if (chat.sampling.logprobs === true) unsupported.add('logprobs')
  if (chat.parallelToolCalls === false) unsupported.add('parallel-tool-calls')
  if (chat.user !== undefined) unsupported.add('user')
  const body = defined({
    systemInstruction: systemOf(chat.messages),
    contents: contentsOf(chat.messages, upstreamModel, unsupported),
    tools:
      chat.tools.length === 0
        ? undefined
        : [
            {
              functionDeclarations: chat.tools.map(({ name, description, parameters }) =>
                defined({ name, description, parametersJsonSchema: parameters }),
              ),
            },
          ],
    toolConfig: toolConfigOf(chat),
    generationConfig: generationConfigOf(chat, upstreamModel, unsupported),
  })
  return { body, unsupported: [...unsupported].toSorted() }
}

function systemOf(messages: readonly ChatMessage[]): JsonObject | undefined {
  const parts = messages
    .flatMap((message) => (message.role === 'system' ? message.parts : []))
    .flatMap(({ text }) => textPart(text))
  return parts.length === 0 ? undefined : { parts }
}

/** Empty texts are refused. */
const textPart = (text: string): JsonObject[] => (text === '' ? [] : [{ text }])

/** All answers to parallel calls must stand in one content. */
function contentsOf(
  messages: readonly ChatMessage[],
  upstreamModel: string,
  unsupported: Set<Feature>,
): JsonObject[] {
  const names = new Map<string, string>()
  const contents: { role: string; parts: JsonObject[] }[] = []
  let results: JsonObject[] | undefined
  for (const message of messages) {
    if (message.role === 'system') continue
    if (message.role === 'tool') {
      const part = renderResult(message, names)
      if (results === undefined) contents.push({ role: 'user', parts: (results = [part]) })
      else results.push(part)
      continue
    }
    results = undefined
    if (message.role === 'assistant') {
      for (const call of message.toolCalls) names.set(call.id, call.name)
    }
    const parts =
      message.role === 'user'
        ? message.parts.flatMap((part) => renderPart(part, unsupported))
        : [
            ...(message.thoughts ?? []).flatMap(thoughtParts),
            ...message.parts.flatMap(({ text }) => textPart(text)),
            ...message.toolCalls.map((call) => renderCall(call, upstreamModel)),
          ]
    if (parts.length > 0) contents.push({ role: message.role === 'user' ? 'user' : 'model', parts })
  }
  return contents
}

/** Thoughts that Google has signed; those of others mean nothing to it. */
const thoughtParts = ({ text, signature }: Thought): JsonObject[] =>
  signature.maker === 'gemini'
    ? [
        defined({
          text,
          thought: text === '' ? undefined : true,
          thoughtSignature: signature.data,
        }),
      ]
    : []

function renderCall(call: ToolCall, upstreamModel: string): JsonObject {
  const functionCall = { id: call.id, name: call.name, args: argsOf(call) }
  if (call.signature?.maker === 'gemini') {
    return { functionCall, thoughtSignature: call.signature.data }
  }
  return generationOf(upstreamModel) >= 3
    ? { functionCall, thoughtSignature: NO_SIGNATURE }
    : { functionCall }
}

/**
 * The arguments must be an object: free text, which a custom tool takes, stands in one, and so does text that is none, as
 * a model may write it.
 */
export function argsOf({ arguments: written, isCustom }: WrittenCall): JsonObject {
  if (isCustom === true) return { input: written }
  const object = jsonObjectOf(parseObject(written))
  return object ?? (written.trim() === '' ? {} : { invalid_arguments: written })
}

type WrittenCall = Pick<ToolCall, 'arguments' | 'isCustom'>

function renderResult(
  message: Extract<ChatMessage, { role: 'tool' }>,
  names: ReadonlyMap<string, string>,
): JsonObject {
  const text = message.parts.map((part) => part.text).join('')
  return {
    functionResponse: {
      id: message.callId,
      name: names.get(message.callId) ?? message.callId,
      response:
        message.isError === true
          ? { error: text }
          : (jsonObjectOf(parseObject(text)) ?? { output: text }),
    },
  }
}

function renderPart(part: ChatPart, unsupported: Set<Feature>): JsonObject[] {
  switch (part.type) {
    case 'text':
      return textPart(part.text)
    case 'audio':
      return [{ inlineData: { mimeType: `audio/${part.format}`, data: part.base64 } }]
    case 'image':
      return renderSource(part.source, 'vision', unsupported)
    case 'file':
      return renderSource(part.source, 'file-input', unsupported)
  }
}

/** Ids of files are those of the provider that keeps them: nothing to us. */
function renderSource(
  source: MediaSource,
  feature: Feature,
  unsupported: Set<Feature>,
): JsonObject[] {
  switch (source.type) {
    case 'base64':
      return [{ inlineData: { mimeType: source.mediaType, data: source.data } }]
    case 'url':
      return [{ fileData: defined({ fileUri: source.url, mimeType: mediaTypeOf(source.url) }) }]
    case 'id':
      unsupported.add(feature)
      return []
  }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heic: 'image/heic',
  pdf: 'application/pdf',
}

const mediaTypeOf = (url: string): string | undefined =>
  MEDIA_TYPES[/\.([a-z]{3,4})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? '']

function toolConfigOf({ tools, toolChoice }: ChatRequest): JsonObject | undefined {
  if (tools.length === 0) return undefined
  switch (toolChoice.type) {
    case 'unset':
    case 'auto':
      // The one mode that holds the model to the schemas of the arguments.
      return tools.some(({ strict }) => strict === true)
        ? callingMode('VALIDATED')
        : callingMode('AUTO')
    case 'none':
      return callingMode('NONE')
    case 'required':
      return callingMode('ANY')
    case 'tool':
      return callingMode('ANY', [toolChoice.name])
  }
}

const callingMode = (mode: string, names?: readonly string[]): JsonObject => ({
  functionCallingConfig: names === undefined ? { mode } : { mode, allowedFunctionNames: names },
})

function generationConfigOf(
  chat: ChatRequest,
  upstreamModel: string,
  unsupported: Set<Feature>,
): JsonObject | undefined {
  const { sampling, responseFormat } = chat
  const thinking = thinkingOf(chat.reasoningEffort, upstreamModel)
  if (!thinking.exact) unsupported.add('reasoning-effort')
  const config = defined({
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    seed: sampling.seed,
    candidateCount: sampling.choices,
    presencePenalty: sampling.presencePenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    maxOutputTokens: chat.outputTokensMax,
    stopSequences: chat.stop.length === 0 ? undefined : chat.stop,
    responseMimeType: responseFormat.type === 'text' ? undefined : 'application/json',
    responseJsonSchema: responseFormat.type === 'json-schema' ? responseFormat.schema : undefined,
    thinkingConfig: thinking.config,
  })
  return Object.keys(config).length === 0 ? undefined : config
}
