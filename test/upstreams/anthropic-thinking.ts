import { fields, list, text, type Fields } from './read.ts'

/** What the simulated model thinks, and how it signs that. */
export const THOUGHT = 'Simulated thought: no model thinks.'
export const SIGNATURE = Buffer.from('simulated signature of a thought').toString('base64')

/** Whether a request wants to see thinking. */
export const isThinking = (body: Fields): boolean =>
  ['enabled', 'adaptive', 'between-tools'].includes(
    text(fields(body['thinking'])['type']) ?? 'disabled',
  )

/** The message about a thought that was never signed here; undefined if there is none. */
export function refuseThoughts(messages: readonly Fields[]): string | undefined {
  for (const [at, message] of messages.entries()) {
    for (const [position, block] of list(message['content']).map(fields).entries()) {
      const isForeign =
        (block['type'] === 'thinking' && block['signature'] !== SIGNATURE) ||
        (block['type'] === 'redacted_thinking' && block['data'] !== SIGNATURE)
      if (isForeign) {
        return `messages.${at}.content.${position}: Invalid \`signature\` in \`thinking\` block`
      }
    }
  }
  return undefined
}
