import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, vi } from 'vitest'
import type { Role } from '../../src/access/actor.ts'
import { Bundle } from '../../src/policy/schema.ts'
import worker from '../../src/worker/index.ts'
import { variable, type Env } from '../../src/worker/env.ts'
import { putRoles } from '../../src/worker/stores/admin-people.ts'
import { createKey } from '../../src/worker/stores/key-admin.ts'
import { fields, text, type Fields } from '../upstreams/read.ts'
import { migratedEnv } from './database.ts'

const TEAM = 'office.cloudflareaccess.com'
const AUD = 'audience-of-the-console'

/** Who works at the bank: what each may do is what the roles say. */
const PEOPLE = {
  olga: ['officer', 'approver'],
  anna: ['approver'],
  bert: ['approver'],
  carl: ['approver'],
  otto: ['operator'],
} as const satisfies Record<string, readonly Role[]>
export type Person = keyof typeof PEOPLE
export const mailOf = (person: string): string => `${person}@bank.example`

export type Answer = {
  readonly status: number
  readonly body: Fields
  readonly code: string | undefined
  readonly message: string
}

export type Office = {
  readonly env: Env
  readonly bundle: Bundle
  /** A call of the policy API by a person who has logged in. */
  readonly by: (
    person: Person,
    method: string,
    path: string,
    sending?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
  /** What an app gets: where its request went, or what refused it. */
  readonly ask: (model: string, label?: string) => Promise<string>
  readonly letPass: (ms: number) => void
  /** The same Worker with other settings. */
  readonly as: (settings: Readonly<Record<string, string>>) => Pick<Office, 'by'>
}

const REPLY = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
}

/** The whole Worker, a bank's people and one app. The world outside is answered for here, and the clock can be set ahead. */
export async function openOffice(settings: Readonly<Record<string, string>>): Promise<Office> {
  const { AI: _unreachable, ...bindings } = await migratedEnv()
  const access = { ACCESS_TEAM_DOMAIN: TEAM, ACCESS_AUD: AUD }
  const env: Env = { ...bindings, ...access, ...settings }
  const keys = await generateKeyPair('RS256', { extractable: true })
  for (const [person, roles] of Object.entries(PEOPLE))
    await putRoles(env, mailOf(person), { roles: [...roles], apps: [] }, 'test', 0)
  const policy = Bundle.parse(JSON.parse(variable(env, 'TEST_BUNDLE') ?? ''))
  const bundle = { ...policy, attributes: { ...policy.attributes, teams: ['red'] } }
  const { key } = await createKey(env, { team: 'red', app: 'desk' }, Date.now())
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  let aheadMs = 0
  let sent: string[] = []
  const now = Date.now.bind(Date)
  vi.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs)
  // Stands where the internet begins: whoever logs people in, and the models.
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const url = new URL(input instanceof Request ? input.url : input.toString())
    if (url.hostname === TEAM) return Response.json({ keys: [jwk] })
    sent.push(url.hostname)
    return Response.json(REPLY)
  })
  const tokenOf = async (person: Person): Promise<string> => {
    const nowS = Math.floor(Date.now() / 1000)
    return await new SignJWT({ email: mailOf(person), type: 'app' })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(`https://${TEAM}`)
      .setAudience(AUD)
      .setSubject(person)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + 600)
      .sign(keys.privateKey)
  }
  const callAs =
    (environment: Env): Office['by'] =>
    async (person, method, path, sending, headers = {}) => {
      const isEmpty = sending === undefined
      const response = await call(environment, `/admin/api/policy${path}`, {
        method,
        headers: {
          'cf-access-jwt-assertion': await tokenOf(person),
          origin: 'https://demarc.test',
          'demarc-csrf': '1',
          ...(isEmpty ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(isEmpty ? {} : { body: JSON.stringify(sending) }),
      })
      const body = fields(await response.json())
      const { code, message } = fields(body['error'])
      return { status: response.status, body, code: text(code), message: text(message) ?? '' }
    }
  return {
    env,
    bundle,
    letPass: (ms) => (aheadMs += ms),
    by: callAs(env),
    as: (others) => ({ by: callAs({ ...env, ...others }) }),
    ask: async (model, label = 'public') => {
      sent = []
      const response = await call(env, '/v1/chat/completions', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'demarc-label': label,
        },
        body: JSON.stringify({ model, max_tokens: 100, messages: [QUESTION] }),
      })
      const body = fields(await response.json())
      if (response.status === 200) return sent.join()
      expect(sent).toEqual([])
      return `${response.status} ${text(fields(body['error'])['message'])}`
    },
  }
}

const QUESTION = { role: 'user', content: 'What is a demarcation point?' }

async function call(env: Env, path: string, init: RequestInit): Promise<Response> {
  const ctx = createExecutionContext()
  const response = await worker.fetch(new Request(`https://demarc.test${path}`, init), env, ctx)
  await response.clone().text()
  await waitOnExecutionContext(ctx)
  return response
}

const DAY_MS = 86_400_000

/** A date, so many days from now on the office's clock. */
const dayAfter = (days: number): string =>
  new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)

/** A draft of a waiver that Anna and Bert have to approve. */
export const waiver = (more: object = {}) => ({
  waiver: {
    id: 'pilot',
    guardrail: 'confidential-thirty-days',
    ticket: 'RISK-2',
    because: 'Pilot with consent on file.',
    approvers: [mailOf('anna'), mailOf('bert')],
    when: { team: ['red'] },
    to: { class: ['hosted'] },
    from: dayAfter(0),
    expires: dayAfter(2),
    ...more,
  },
})
