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
import { inputOf } from './anthropic-reply-render.ts'
import { tune, type Tuning } from './anthropic-thinking.ts'
import { defined } from './read.ts'
import type { RenderedRequest } from './wire.ts'

/** Callers set a limit; this stands in where one does not, for models whose thinking takes a share of it. */
const MAX_TOKENS = 4096

/** The conversation as a Converse request; the model stands in the path. */
export function renderConverseRequest(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const isClaude = upstreamModel.includes('anthropic.')
  const tuning = isClaude
    ? tune(chat, upstreamModel, chat.outputTokensMax ?? MAX_TOKENS)
    : untuned(chat)
  const unsupported = new Set<Feature>([...unspoken(chat), ...tuning.unsupported])
  const inferenceConfig = defined({
    maxTokens: chat.outputTokensMax,
    temperature: tuning.temperature,
    topP: tuning.topP,
    stopSequences: chat.stop.length === 0 ? undefined : chat.stop,
  })
  const body = defined({
    messages: turnsOf(chat.messages, isClaude, unsupported),
    system: systemOf(chat.messages),
    inferenceConfig: Object.keys(inferenceConfig).length === 0 ? undefined : inferenceConfig,
    toolConfig: toolConfigOf(chat, unsupported),
    additionalModelRequestFields: isClaude ? claudeFields(tuning) : undefined,
  })
  return { body, unsupported: [...unsupported].toSorted() }
}

/** Members of a model's own body that Converse passes on. */
function claudeFields({ thinking, effort, topK }: Tuning): JsonObject | undefined {
  const fields = defined({
    thinking,
    output_config: effort === undefined ? undefined : { effort },
    top_k: topK,
  })
  return Object.keys(fields).length === 0 ? undefined : fields
}

/** Other models each have words of their own for these, or none. */
const untuned = ({ sampling, reasoningEffort }: ChatRequest): Tuning => ({
  thinking: undefined,
  effort: undefined,
  temperature: sampling.temperature,
  topP: sampling.topP,
  topK: undefined,
  unsupported: [
    ...(sampling.topK === undefined ? [] : (['top-k'] as const)),
    ...(reasoningEffort === undefined ? [] : (['reasoning-effort'] as const)),
  ],
})

function unspoken({ responseFormat, parallelToolCalls }: ChatRequest): Feature[] {
  const features: Feature[] = []
  if (responseFormat.type !== 'text') features.push(responseFormat.type)
  if (parallelToolCalls === false) features.push('parallel-tool-calls')
  return features
}

function systemOf(messages: readonly ChatMessage[]): JsonObject[] | undefined {
  const blocks = messages
    .flatMap((message) => (message.role === 'system' ? message.parts : []))
    .flatMap(({ text }) => textBlock(text))
  return blocks.length === 0 ? undefined : blocks
}

/** Turns alternate, so what follows in the same role is one message: all results of parallel calls among them. */
function turnsOf(
  messages: readonly ChatMessage[],
  isClaude: boolean,
  unsupported: Set<Feature>,
): JsonObject[] {
  const turns: { role: 'user' | 'assistant'; content: JsonObject[] }[] = []
  const names = namesOf()
  for (const message of messages) {
    if (message.role === 'system') continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content = blocksOf(message, { isClaude, unsupported, names })
    if (content.length === 0) continue
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...content)
    else turns.push({ role, content })
  }
  return turns
}

type Context = {
  readonly isClaude: boolean
  readonly unsupported: Set<Feature>
  readonly names: () => string
}

/** Documents must have names, of a few characters only and each once; what a file is called would be read as instructions. */
function namesOf(): () => string {
  let count = 0
  return () => `document ${++count}`
}

function blocksOf(
  message: Exclude<ChatMessage, { role: 'system' }>,
  context: Context,
): JsonObject[] {
  switch (message.role) {
    case 'user':
      return message.parts.flatMap((part) => renderPart(part, context))
    case 'assistant':
      return [
        ...(context.isClaude ? (message.thoughts ?? []).flatMap(thoughtBlock) : []),
        ...message.parts.flatMap(({ text }) => textBlock(text)),
        ...message.toolCalls.map(renderCall),
      ]
    case 'tool': {
      const content = message.parts.flatMap(({ text }) => textBlock(text))
      const status = message.isError === true ? 'error' : undefined
      return [{ toolResult: defined({ toolUseId: callId(message.callId), content, status }) }]
    }
  }
}

/** Claude's signatures hold on every platform that offers it. */
function thoughtBlock({ text, signature }: Thought): JsonObject[] {
  if (signature.maker !== 'anthropic') return []
  return text === ''
    ? [{ reasoningContent: { redactedContent: signature.data } }]
    : [{ reasoningContent: { reasoningText: { text, signature: signature.data } } }]
}

/** Blank texts are refused. */
const textBlock = (text: string): JsonObject[] => (text.trim() === '' ? [] : [{ text }])

const CALL_ID_MAX = 64

/** Ids are letters, digits, dash and underscore. */
const callId = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, CALL_ID_MAX)

const renderCall = (call: ToolCall): JsonObject => ({
  toolUse: { toolUseId: callId(call.id), name: call.name, input: inputOf(call) },
})

function renderPart(part: ChatPart, { unsupported, names }: Context): JsonObject[] {
  switch (part.type) {
    case 'text':
      return textBlock(part.text)
    case 'audio':
      unsupported.add('audio-input')
      return []
    case 'image': {
      const media = mediaOf(part.source, IMAGES)
      if (media === undefined) unsupported.add('vision')
      return media === undefined ? [] : [{ image: media }]
    }
    case 'file': {
      const media = mediaOf(part.source, DOCUMENTS)
      if (media === undefined) unsupported.add('file-input')
      return media === undefined ? [] : [{ document: { ...media, name: names() } }]
    }
  }
}

const IMAGES: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
}

const DOCUMENTS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
}

/** Bytes only: nothing is fetched from a URL. */
function mediaOf(
  source: MediaSource,
  formats: Readonly<Record<string, string>>,
): { readonly format: string; readonly source: { readonly bytes: string } } | undefined {
  if (source.type !== 'base64') return undefined
  const format = formats[source.mediaType.toLowerCase()]
  return format === undefined ? undefined : { format, source: { bytes: source.data } }
}

function toolConfigOf(
  { tools, toolChoice, messages }: ChatRequest,
  unsupported: Set<Feature>,
): JsonObject | undefined {
  if (tools.length === 0) return undefined
  const isNone = toolChoice.type === 'none'
  const hasTalked = messages.some(
    (message) =>
      message.role === 'tool' || (message.role === 'assistant' && message.toolCalls.length > 0),
  )
  // No word for none: without earlier calls the tools can be left out, with them they must be there.
  if (isNone && !hasTalked) return undefined
  if (isNone) unsupported.add('tool-choice')
  return defined({
    tools: tools.map(({ name, description, parameters }) => ({
      toolSpec: defined({
        name,
        description: description === '' ? undefined : description,
        inputSchema: { json: { type: 'object', ...parameters } },
      }),
    })),
    toolChoice: choiceOf(toolChoice),
  })
}

function choiceOf(choice: ChatRequest['toolChoice']): JsonObject | undefined {
  switch (choice.type) {
    case 'unset':
    case 'none':
      return undefined
    case 'auto':
      return { auto: {} }
    case 'required':
      return { any: {} }
    case 'tool':
      return { tool: { name: choice.name } }
  }
}
