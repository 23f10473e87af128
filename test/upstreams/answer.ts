import { fields, list, text, tokensOf, type Fields } from './read.ts'

/** What any dialect's request comes down to, for somebody who has no model to ask. */
export type Ask = {
  readonly provider: string
  readonly model: string
  readonly messages: number
  /** What the last message is, and its text if a user wrote it. */
  readonly last: { readonly role: 'user' | 'tool' | 'other'; readonly text: string }
  readonly toolResults: number
  readonly tools: readonly AskedTool[]
  readonly choice: 'auto' | 'none' | 'required' | { readonly name: string }
  readonly parallel: boolean
  readonly format: 'text' | 'json' | { readonly schema: Fields }
  readonly outputTokensMax: number | undefined
  /** Text that is counted as the prompt. */
  readonly prompt: string
  /** Tokens of hidden thought, billed as output. */
  readonly reasoning: number
}

type AskedTool = { readonly name: string; readonly parameters: Fields }

type AnsweredCall = { readonly name: string; readonly args: Fields }

export type Answer = {
  readonly text: string
  readonly calls: readonly AnsweredCall[]
  readonly isCut: boolean
  readonly usage: { readonly input: number; readonly output: number; readonly reasoning: number }
}

/** Says something about the shape of a request, never its words: a simulation has nothing to add to them. */
export function answerTo(ask: Ask): Answer {
  const input = tokensOf(ask.prompt)
  const reasoning = Math.min(ask.reasoning, Math.max(0, (ask.outputTokensMax ?? Infinity) - 1))
  const room = (ask.outputTokensMax ?? Infinity) - reasoning
  const calls = chooseCalls(ask)
  if (calls.length > 0) {
    const output = tokensOf(JSON.stringify(calls)) + reasoning
    return { text: '', calls, isCut: false, usage: { input, output, reasoning } }
  }
  const whole = say(ask)
  const kept = tokensOf(whole) <= room ? whole : whole.slice(0, room * 4)
  const output = tokensOf(kept) + reasoning
  return { text: kept, calls, isCut: kept !== whole, usage: { input, output, reasoning } }
}

function chooseCalls(ask: Ask): AnsweredCall[] {
  const { choice } = ask
  if (choice === 'none' || ask.tools.length === 0) return []
  if (typeof choice === 'object') {
    return ask.tools.filter(({ name }) => name === choice.name).map(call)
  }
  const isAskedFor = ask.last.role === 'user' && /\bcall\b/i.test(ask.last.text)
  if (choice === 'auto' && !isAskedFor) return []
  return ask.tools.slice(0, ask.parallel ? 2 : 1).map(call)
}

const call = ({ name, parameters }: AskedTool): AnsweredCall => ({
  name,
  args: fields(exampleOf(parameters, 0)),
})

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

function say(ask: Ask): string {
  if (ask.format === 'json') {
    return JSON.stringify({ simulated: ask.provider, messages: ask.messages })
  }
  if (typeof ask.format === 'object') return JSON.stringify(exampleOf(ask.format.schema, 0))
  if (ask.last.role === 'tool') {
    return `Simulated ${ask.provider}: read ${plural(ask.toolResults, 'tool result')}, and no model ran.`
  }
  return `Simulated ${ask.provider}: got ${plural(ask.messages, 'message')} for ${ask.model}, and no model ran.`
}

/** The smallest value that a JSON Schema of the usual kind accepts. */
function exampleOf(schema: Fields, depth: number): unknown {
  const options = list(schema['enum'])
  if (options.length > 0) return options[0]
  if (schema['const'] !== undefined) return schema['const']
  const first = list(schema['anyOf'])[0] ?? list(schema['oneOf'])[0]
  if (first !== undefined && depth < 8) return exampleOf(fields(first), depth + 1)
  const declared = schema['type']
  // Gemini writes types in capitals.
  const type = (text(declared) ?? text(list(declared)[0]) ?? 'object').toLowerCase()
  if (type === 'string') return 'simulated'
  if (type === 'integer' || type === 'number') return 1
  if (type === 'boolean') return true
  if (type === 'null') return null
  if (type === 'array') {
    return depth < 8 ? [exampleOf(fields(schema['items']), depth + 1)] : []
  }
  const properties = Object.entries(fields(schema['properties']))
  return Object.fromEntries(
    depth < 8 ? properties.map(([name, of]) => [name, exampleOf(fields(of), depth + 1)]) : [],
  )
}

/** Splits a text into pieces as a model would stream it: three words, whatever their length. */
export function pieces(whole: string): string[] {
  return whole.match(/(?:\S+\s*){1,3}|\s+/g) ?? []
}
