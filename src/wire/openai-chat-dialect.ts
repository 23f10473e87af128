import type { ChatEvent, Finish } from '../domain/chat.ts'
import { ok, type Result } from '../domain/result.ts'
import type { ChatReply } from '../domain/chat.ts'
import { parseChatReply } from './openai-chat-reply.ts'
import { openChatStream } from './openai-chat-stream.ts'
import type { ChatStream, MalformedReply } from './wire.ts'

/** Words for stopping that a dialect of chat completions has besides OpenAI's. */
export type FinishWords = Readonly<Record<string, Finish>>

/** A reply of a dialect that stops in words of its own. */
export function parseDialectReply(
  body: string,
  words: FinishWords,
): Result<ChatReply, MalformedReply> {
  const reply = parseChatReply(body)
  if (!reply.ok) return reply
  const choices = reply.value.choices.map((choice) => ({
    ...choice,
    finish: words[choice.rawFinish] ?? choice.finish,
  }))
  return ok({ ...reply.value, choices })
}

/** The same, streamed. */
export const openDialectStream = (words: FinishWords): ChatStream => stream(openChatStream(), words)

const stream = (inner: ChatStream, words: FinishWords): ChatStream => ({
  push: (frame) => {
    const [next, events] = inner.push(frame)
    return [stream(next, words), events.map((event) => reworded(event, words))]
  },
})

const reworded = (event: ChatEvent, words: FinishWords): ChatEvent =>
  event.type === 'finish' ? { ...event, finish: words[event.rawFinish] ?? event.finish } : event
