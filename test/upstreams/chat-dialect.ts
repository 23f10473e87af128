import type { Answer } from './answer.ts'
import { isPresent, type Fields } from './read.ts'
import { idFor, type Reply } from './simulation.ts'

/** Seconds since 1970 that every simulated answer claims to be made at: 2026-11-01T00:00:00Z. */
export const CREATED_S = 1_793_491_200

/** What one answer is made of, for the dialect to dress. */
export type ChatTurn = {
  readonly id: string
  readonly body: Fields
  readonly answer: Answer
  readonly choices: number
  readonly order: number
}

export type ChatProblem = {
  readonly status: number
  readonly message: string
  readonly type: string
  readonly param?: string
  readonly code?: string
  readonly more?: Fields
}

type Choice = {
  readonly index: number
  readonly content: string | null
  readonly calls: readonly unknown[]
  readonly finish: string
}
type ChunkChoice = {
  readonly index: number
  readonly delta: Fields
  readonly finish: string | null
}

/** How one provider's chat completions differ from the others'. */
export type ChatDialect = {
  readonly provider: string
  readonly basePath: string
  readonly models: readonly string[]
  /** Further routes, by method and path. */
  readonly extraRoutes: Readonly<Record<string, Reply>>
  readonly publicPaths: readonly string[]
  readonly unauthorized: (isMissing: boolean) => unknown
  /** Headers of an answer; order 0 is an error. */
  readonly headers: (order: number) => Readonly<Record<string, string>>
  readonly error: (problem: ChatProblem) => unknown
  readonly id: (order: number) => string
  readonly envelope: (turn: ChatTurn, object: string) => Fields
  readonly choice: (choice: Choice) => Fields
  readonly chunkChoice: (choice: ChunkChoice) => Fields
  readonly firstDelta: Fields
  readonly lastDelta: Fields
  /** Frames before the first chunk. */
  readonly opening: readonly string[]
  readonly usage: (turn: ChatTurn) => Fields
  /** `own-chunk` is OpenAI's: only if asked for; `last-chunk` comes unasked. */
  readonly usageWhenAsked: 'own-chunk' | 'last-chunk'
  /** Every chunk carries the usage so far. */
  readonly hasRunningUsage: boolean
  readonly bodyExtras: (turn: ChatTurn) => Fields
  readonly chunkExtras: (turn: ChatTurn, frame: number) => Fields
  readonly hasChoices: boolean
  readonly hasToolChoice: boolean
  readonly toolChoiceUnset: 'auto' | 'none'
  /** A streamed tool call comes in one chunk. */
  readonly wholeCalls: boolean
  /** What a streamed tool call ends with. */
  readonly callEnding: readonly Fields[]
  readonly outputTokensMax: (body: Fields) => number | undefined
  readonly reasoning: (body: Fields) => number
  readonly refuse: (body: Fields) => ChatProblem | undefined
}

export const BOTH_LIMITS = ['max_completion_tokens', 'max_tokens'] as const

export const plainError = ({ message, type, param, code }: ChatProblem): unknown => ({
  error: { message, type, param: param ?? null, code: code ?? null },
})

export const plainUsage = ({ answer: { usage }, choices }: ChatTurn): Fields => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output * choices,
  total_tokens: usage.input + usage.output * choices,
})

/** What no dialect need say: the parts of OpenAI's format that everybody follows. */
export const plain: Omit<ChatDialect, 'provider' | 'basePath' | 'models'> = {
  extraRoutes: {},
  publicPaths: [],
  unauthorized: () =>
    plainError({
      status: 401,
      message: 'Invalid API key provided.',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    }),
  headers: () => ({}),
  error: plainError,
  id: (order) => idFor(order, 'chatcmpl-'),
  envelope: ({ id, body }, object) => ({
    id,
    object,
    created: CREATED_S,
    model: body['model'],
  }),
  choice: ({ index, content, calls, finish }) => ({
    index,
    message: { role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls } : {}) },
    finish_reason: finish,
  }),
  chunkChoice: ({ index, delta, finish }) => ({ index, delta, finish_reason: finish }),
  firstDelta: { role: 'assistant', content: '' },
  lastDelta: {},
  opening: [],
  usage: plainUsage,
  usageWhenAsked: 'own-chunk',
  hasRunningUsage: false,
  bodyExtras: () => ({}),
  chunkExtras: () => ({}),
  hasChoices: true,
  hasToolChoice: true,
  toolChoiceUnset: 'auto',
  wholeCalls: false,
  callEnding: [],
  outputTokensMax: (body) => limitOf(body, BOTH_LIMITS),
  reasoning: () => 0,
  refuse: () => undefined,
}

export const badRequest = (message: string, param?: string, code?: string): ChatProblem => ({
  status: 400,
  message,
  type: 'invalid_request_error',
  ...(param === undefined ? {} : { param }),
  ...(code === undefined ? {} : { code }),
})

/** The first of the named limits that is set. */
export function limitOf(body: Fields, names: readonly string[]): number | undefined {
  const name = names.find((candidate) => isPresent(body[candidate]))
  const value = name === undefined ? undefined : body[name]
  return typeof value === 'number' ? value : undefined
}
