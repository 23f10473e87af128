import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Bundle } from '../../src/policy/schema.ts'
import { fields, list, text, type Fields } from '../upstreams/read.ts'
import { ask, framesOf, openStage, post, type Reply, type Stage } from './harness.ts'

const MODEL = 'openai/gpt-5-nano'
const ADDRESS = 'anna.schmidt@muster-versand.de'
const QUESTION = ask(`Write to ${ADDRESS} that the parcel is late.`, { model: MODEL })
const MASKED = { 'demarc-label': 'confidential; mask' }

let stage: Stage
let placeholder: string
beforeAll(async () => {
  stage = await openStage({ policy: withAgreements })
  await post(stage, QUESTION, { headers: MASKED })
  placeholder = sent()
  stage.fleet.reset()
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

/** OpenAI may get personal data: there are contracts, and nothing is kept. */
const withAgreements = (bundle: Bundle): Bundle => ({
  ...bundle,
  destinations: bundle.destinations.map((destination) =>
    destination.id === 'openai'
      ? {
          ...destination,
          facts: {
            ...destination.facts,
            retentionDays: { value: 0, ...SIGNED },
            agreements: [
              { value: 'dpa', ...SIGNED },
              { value: 'scc', ...SIGNED },
            ],
          },
        }
      : destination,
  ),
})
const SIGNED = { evidence: 'a contract of this test', expires: '2099-12-31' }

/** The placeholder in the last request that arrived at OpenAI. */
function sent(): string {
  const body =
    stage.fleet.requests.findLast(({ destination }) => destination === 'openai')?.body ?? ''
  expect(body).not.toContain(ADDRESS)
  return /\[EMAIL_[A-Z]+\]/.exec(body)?.[0] ?? ''
}

const answering = (body: string, type = 'application/json'): void =>
  stage.fleet.script('openai', {
    kind: 'reply',
    status: 200,
    headers: { 'content-type': type },
    body,
  })

const whole = (message: Fields): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5-nano-2025-08-07',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  })

const chunk = (delta: Fields, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5-nano-2025-08-07', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

const streamed = (deltas: readonly Fields[]): string =>
  [...deltas.map((delta) => chunk(delta)), chunk({}, 'stop'), 'data: [DONE]\n\n'].join('')

const messageOf = ({ body }: Reply): Fields => fields(fields(list(body['choices'])[0])['message'])

const deltasOf = ({ text: stream }: Reply): Fields[] =>
  framesOf(stream).flatMap((frame) =>
    list(fields(frame)['choices']).map((choice) => fields(fields(choice)['delta'])),
  )

describe('values that were replaced', () => {
  test('are put back in an answer, and stay out of what was sent', async () => {
    expect(placeholder).toMatch(/^\[EMAIL_[A-Z]{5}\]$/)
    answering(whole({ content: `Dear ${placeholder}, ${placeholder.toLowerCase()}.` }))
    const reply = await post(stage, QUESTION, { headers: MASKED })
    expect(reply.headers.get('demarc-form')).toBe('redacted')
    expect(messageOf(reply)['content']).toBe(`Dear ${ADDRESS}, ${ADDRESS}.`)
    expect(sent()).toBe(placeholder)
  })

  test('are put back in a stream, wherever it is cut', async () => {
    const said = `To ${placeholder}: hello`
    for (let at = 1; at < said.length; at += 3) {
      answering(
        streamed([{ role: 'assistant', content: said.slice(0, at) }, { content: said.slice(at) }]),
        'text/event-stream',
      )
      const reply = await post(stage, { ...QUESTION, stream: true }, { headers: MASKED })
      const told = deltasOf(reply).map((delta) => text(delta['content']) ?? '')
      expect(told.join('')).toBe(`To ${ADDRESS}: hello`)
      expect(reply.text).toContain('[DONE]')
    }
  })

  test('are put back in the arguments of tools, as JSON', async () => {
    const call = {
      index: 0,
      id: 'call_1',
      type: 'function',
      function: { name: 'send', arguments: '' },
    }
    const args = JSON.stringify({ to: placeholder, subject: 'Late' })
    const parts = args.match(/.{1,4}/g) ?? []
    answering(
      streamed([
        { role: 'assistant', tool_calls: [call] },
        ...parts.map((part) => ({ tool_calls: [{ index: 0, function: { arguments: part } }] })),
      ]),
      'text/event-stream',
    )
    const reply = await post(stage, { ...QUESTION, stream: true }, { headers: MASKED })
    const pieces = deltasOf(reply).flatMap((delta) =>
      list(delta['tool_calls']).map(
        (one) => text(fields(fields(one)['function'])['arguments']) ?? '',
      ),
    )
    expect(JSON.parse(pieces.join(''))).toEqual({ to: ADDRESS, subject: 'Late' })
  })

  test('are put back in JSON that was asked for, so that it stays JSON', async () => {
    answering(whole({ content: JSON.stringify({ to: placeholder }) }))
    const body = { ...QUESTION, response_format: { type: 'json_object' } }
    const reply = await post(stage, body, { headers: MASKED })
    expect(JSON.parse(text(messageOf(reply)['content']) ?? '')).toEqual({ to: ADDRESS })
  })

  test('have the same placeholder in the next turn, and another one in another conversation', async () => {
    const turn = {
      ...QUESTION,
      messages: [
        ...list(QUESTION['messages']),
        { role: 'assistant', content: `I wrote to ${ADDRESS}.` },
        { role: 'user', content: `Now write to ${ADDRESS.toUpperCase()} again.` },
      ],
    }
    await post(stage, turn, { headers: MASKED })
    const body = stage.fleet.requests[0]?.body ?? ''
    expect(new Set(body.match(/\[EMAIL_[A-Z]+\]/g))).toEqual(new Set([placeholder]))
    await post(stage, QUESTION, { headers: { ...MASKED, 'demarc-session': 'another' } })
    expect(sent()).not.toBe(placeholder)
  })

  test('are not put where nobody was given them', async () => {
    answering(whole({ content: 'Ask [EMAIL_ZZZZZ] or [PERSON_BCDFG].' }))
    const reply = await post(stage, QUESTION, { headers: MASKED })
    expect(messageOf(reply)['content']).toBe('Ask [EMAIL_ZZZZZ] or [PERSON_BCDFG].')
  })

  test('do not get mixed up with a placeholder that the user wrote', async () => {
    const content = `${placeholder} is no placeholder of yours; mine is ${ADDRESS}.`
    const body = ask(content, { model: MODEL })
    answering(whole({ content: placeholder }))
    const headers = { ...MASKED, 'demarc-session': 'user' }
    const reply = await post(stage, body, { headers })
    expect(messageOf(reply)['content']).toBe(placeholder)
  })

  test('are put back for clients of every dialect', async () => {
    answering(whole({ content: `Dear ${placeholder}` }))
    const sessioned = { ...MASKED, 'demarc-session': 'dialects' }
    await post(stage, QUESTION, { headers: sessioned })
    const named = sent()
    answering(whole({ content: `Dear ${named}` }))
    const reply = await post(
      stage,
      { model: MODEL, max_tokens: 100, messages: list(QUESTION['messages']) },
      { path: '/v1/messages', headers: sessioned },
    )
    expect(fields(list(reply.body['content'])[0])['text']).toBe(`Dear ${ADDRESS}`)
  })
})
