import { hmacHex } from './body-hash.ts'
import { variable, type Env } from './env.ts'

/** Something that people asked to be told. Names and numbers only: nothing of a request. */
export type Notice = {
  readonly type: string
  readonly [fact: string]: string | number
}

/** How long a receiver may take. */
const TIMEOUT_MS = 10_000

/**
 * Posts a notice to the organisation's webhook, signed with HMAC-SHA-256 over the body if `WEBHOOK_SECRET` is set. Answers
 * whether it need not be sent again: it was taken, or nobody has asked for it.
 */
export async function notify(env: Env, notice: Notice): Promise<boolean> {
  const url = variable(env, 'WEBHOOK_URL')
  if (url === undefined) return true
  const body = JSON.stringify(notice)
  const secret = variable(env, 'WEBHOOK_SECRET')
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (secret !== undefined) headers['demarc-signature'] = `sha256=${await hmacHex(secret, body)}`
  const answer = await post(url, body, headers)
  return answer !== undefined && answer.status >= 200 && answer.status < 300
}

/** Longest answer that is read. */
const ANSWER_CHARACTERS_MAX = 65_536

/** Posts something of ours to a place that an operator has named. Undefined if it cannot be reached. */
export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    const text = await response.text()
    return { status: response.status, text: text.slice(0, ANSWER_CHARACTERS_MAX) }
  } catch {
    return undefined
  }
}
