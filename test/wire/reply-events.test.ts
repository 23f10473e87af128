import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { replyEvents } from '../../src/wire/reply-events.ts'
import { collect } from '../contract/collect.ts'
import { replies } from './spoken-replies.ts'

test('the events of a reply hold all of it, signatures included', () => {
  fc.assert(
    fc.property(replies('anthropic'), (reply) => {
      const [choice] = reply.choices
      const events = replyEvents(reply)
      expect(collect(events, false)).toMatchObject({
        text: choice?.text,
        reasoning: choice?.reasoning ?? '',
        finish: choice?.finish,
        usage: reply.usage,
      })
      const signatures = events.flatMap((event) =>
        'signature' in event && event.signature !== undefined ? [event.signature] : [],
      )
      expect(signatures).toEqual([
        ...(choice?.thoughts ?? []).map(({ signature }) => signature),
        ...(choice?.toolCalls ?? []).flatMap(({ signature }) => signature ?? []),
      ])
      const calls = events.flatMap((event) => (event.type === 'tool-start' ? [event.id] : []))
      expect(calls).toEqual(choice?.toolCalls.map(({ id }) => id))
    }),
  )
})
