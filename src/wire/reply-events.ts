import type { ChatEvent, ChatReply } from '../domain/chat.ts'

/** A whole reply as the events of a stream: for upstreams that answer JSON although a stream was asked for. */
export function replyEvents(reply: ChatReply): ChatEvent[] {
  const events: ChatEvent[] = [{ type: 'start', id: reply.id, model: reply.model }]
  for (const {
    index: choice,
    text,
    reasoning,
    refusal,
    toolCalls,
    finish,
    rawFinish,
  } of reply.choices) {
    if (reasoning !== undefined && reasoning !== '')
      events.push({ type: 'reasoning', choice, text: reasoning })
    if (text !== '') events.push({ type: 'text', choice, text })
    if (refusal !== undefined && refusal !== '')
      events.push({ type: 'refusal', choice, text: refusal })
    toolCalls.forEach(({ id, name, arguments: written }, index) => {
      events.push({ type: 'tool-start', choice, index, id, name })
      if (written !== '') events.push({ type: 'tool-arguments', choice, index, text: written })
    })
    events.push({ type: 'finish', choice, finish, rawFinish })
  }
  if (reply.usage !== undefined) events.push({ type: 'usage', usage: reply.usage })
  return events
}
