import type { ChatChoice, ChatEvent, ChatReply } from '../domain/chat.ts'
import { jsonObjectsOf, objectOf } from './read.ts'

/** A whole reply as the events of a stream: for upstreams that answer JSON although a stream was asked for. */
export function replyEvents(reply: ChatReply): ChatEvent[] {
  const events: ChatEvent[] = [{ type: 'start', id: reply.id, model: reply.model }]
  for (const answer of reply.choices) {
    const { index: choice, text, refusal, toolCalls, finish, rawFinish } = answer
    events.push(...reasoningEvents(answer))
    const logprobs = jsonObjectsOf(objectOf(answer.logprobs)['content'])
    const shown = logprobs.length === 0 ? {} : { logprobs }
    if (text !== '') events.push({ type: 'text', choice, text, ...shown })
    if (refusal !== undefined && refusal !== '')
      events.push({ type: 'refusal', choice, text: refusal })
    toolCalls.forEach(({ arguments: written, ...call }, index) => {
      events.push({ type: 'tool-start', choice, index, ...call })
      if (written !== '') events.push({ type: 'tool-arguments', choice, index, text: written })
    })
    events.push({ type: 'finish', choice, finish, rawFinish })
  }
  if (reply.usage !== undefined) events.push({ type: 'usage', usage: reply.usage })
  return events
}

/** Signed thoughts each end with their signature; where none of them has words, all that was said comes first. */
function reasoningEvents({
  index: choice,
  reasoning = '',
  thoughts = [],
}: ChatChoice): ChatEvent[] {
  const says = (text: string): ChatEvent[] =>
    text === '' ? [] : [{ type: 'reasoning', choice, text }]
  const isTold = thoughts.some(({ text }) => text !== '')
  return [
    ...(isTold ? [] : says(reasoning)),
    ...thoughts.flatMap(({ text, signature }): ChatEvent[] => [
      ...says(text),
      { type: 'reasoning', choice, text: '', signature },
    ]),
  ]
}
