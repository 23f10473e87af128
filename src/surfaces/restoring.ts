import {
  insideJson,
  openRestorer,
  plain,
  restoreText,
  type Escape,
  type Restorer,
} from '../classifier/restore.ts'
import type { ChatChoice, ChatEvent, ChatReply } from '../domain/chat.ts'
import type { ChatSurface, EventRenderer } from './surface.ts'

/** Values by placeholder, of one request. */
type Values = ReadonlyMap<string, string>

/**
 * The same surface, whose answers hold the values again that the request's placeholders stand for: in text, thoughts,
 * refusals and the arguments of tools. `isJson`: the answer's text is JSON, so values are written as JSON strings.
 */
export function restoringSurface(
  surface: ChatSurface,
  values: Values,
  isJson: boolean,
): ChatSurface {
  if (values.size === 0) return surface
  const inText = isJson ? insideJson : plain
  return {
    ...surface,
    renderReply: (reply, meta) => surface.renderReply(restoreReply(reply, values, inText), meta),
    openStream: (meta) => restoringRenderer(surface.openStream(meta), values, inText),
  }
}

function restoreReply(reply: ChatReply, values: Values, inText: Escape): ChatReply {
  const restore = (text: string, escape: Escape = plain): string =>
    restoreText(text, values, escape)
  const restoreChoice = (choice: ChatChoice): ChatChoice => ({
    ...choice,
    text: restore(choice.text, inText),
    ...(choice.refusal === undefined ? {} : { refusal: restore(choice.refusal) }),
    ...(choice.reasoning === undefined ? {} : { reasoning: restore(choice.reasoning) }),
    toolCalls: choice.toolCalls.map((call) => ({
      ...call,
      arguments: restore(call.arguments, call.isCustom === true ? plain : insideJson),
    })),
  })
  return { ...reply, choices: reply.choices.map(restoreChoice) }
}

/** One text that grows: what is said in a choice, thought in it, refused in it, or given to one of its tools. */
type Thread = {
  readonly choice: number
  readonly restorer: Restorer
  readonly eventOf: (text: string) => ChatEvent
}

type TextEvent = Extract<ChatEvent, { readonly text: string }>

function restoringRenderer(inner: EventRenderer, values: Values, inText: Escape): EventRenderer {
  const stream = new RestoringStream(values, inText)
  let renderer = inner
  const render = (events: readonly ChatEvent[]): string => {
    let out = ''
    for (const event of events) {
      const [next, text] = renderer.push(event)
      renderer = next
      out += text
    }
    return out
  }
  const self: EventRenderer = {
    push: (event) => [self, render(stream.push(event))],
    end: () => render(stream.end()) + renderer.end(),
  }
  return self
}

/** Events with values put back. An end that may become a placeholder waits, and is told before anything else follows it. */
class RestoringStream {
  readonly #values: Values
  readonly #inText: Escape
  readonly #threads = new Map<string, Thread>()
  readonly #freeTextTools = new Set<string>()

  constructor(values: Values, inText: Escape) {
    this.#values = values
    this.#inText = inText
  }

  push(event: ChatEvent): ChatEvent[] {
    switch (event.type) {
      case 'text':
        return this.#grow(event, 'text', this.#inText)
      case 'refusal':
        return this.#grow(event, 'refusal', plain)
      case 'reasoning':
        return this.#think(event)
      case 'tool-arguments': {
        const name = `tool ${event.index}`
        const isFree = this.#freeTextTools.has(`${event.choice} ${name}`)
        return this.#grow(event, name, isFree ? plain : insideJson)
      }
      case 'tool-start':
        if (event.isCustom === true) this.#freeTextTools.add(`${event.choice} tool ${event.index}`)
        return [...this.#release(event.choice), event]
      case 'finish':
        return [...this.#release(event.choice), event]
      case 'usage':
      case 'error':
        return [...this.end(), event]
      case 'start':
        return [event]
    }
  }

  end(): ChatEvent[] {
    return this.#release(undefined)
  }

  /** A signature covers the thought as its maker wrote it, and comes after all of it. */
  #think(event: Extract<ChatEvent, { readonly type: 'reasoning' }>): ChatEvent[] {
    const { signature, ...thought } = event
    const told = thought.text === '' ? [] : this.#grow(thought, 'reasoning', plain)
    if (signature === undefined) return told
    return [...told, ...this.#release(event.choice), { ...event, text: '' }]
  }

  #grow(event: TextEvent, name: string, escape: Escape): ChatEvent[] {
    const { choice } = event
    const key = `${choice} ${name}`
    const events = this.#release(choice, key)
    const thread = this.#threads.get(key) ?? {
      choice,
      restorer: openRestorer(this.#values, escape),
      eventOf: (text: string) => ({ ...event, text }),
    }
    this.#threads.set(key, thread)
    const told = thread.restorer.push(event.text)
    return told === '' ? events : [...events, thread.eventOf(told)]
  }

  /** What is held back of a choice, or of all. */
  #release(choice: number | undefined, except = ''): ChatEvent[] {
    const events: ChatEvent[] = []
    for (const [key, thread] of this.#threads) {
      if (key === except || (choice !== undefined && thread.choice !== choice)) continue
      this.#threads.delete(key)
      const rest = thread.restorer.end()
      if (rest !== '') events.push(thread.eventOf(rest))
    }
    return events
  }
}
