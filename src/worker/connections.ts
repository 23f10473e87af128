import type { Destination } from '../destinations/destination.ts'
import { service, variable, type Env } from './env.ts'

/** How this Worker reaches a destination: from variables and secrets, never from a request. */
export type Connection = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Name of a service binding to go through. */
  readonly via: string | undefined
}

const prefixOf = (id: string): string => id.toUpperCase().replaceAll(/[-.]/g, '_')

const LOCAL_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** The connection of a destination; undefined if it is not configured, so that nothing is ever sent there. */
export function connectionOf(
  env: Env,
  id: string,
  destination: Destination,
  zone: 'own' | 'third-party',
): Connection | undefined {
  const prefix = prefixOf(id)
  if (destination.transport === 'binding') {
    return env.AI === undefined ? undefined : { url: '', headers: {}, via: undefined }
  }
  const url = variable(env, `${prefix}_URL`) ?? destination.baseUrl
  const key = variable(env, `${prefix}_API_KEY`)
  const via = variable(env, `${prefix}_SERVICE`)
  if (via !== undefined && service(env, via) === undefined) return undefined
  if (url === undefined || !(via === undefined ? isSafe(url) : URL.canParse(url))) return undefined
  if (key === undefined && zone === 'third-party') return undefined
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (key !== undefined) Object.assign(headers, destination.authorize(key))
  const accessId = variable(env, `${prefix}_ACCESS_CLIENT_ID`)
  const accessSecret = variable(env, `${prefix}_ACCESS_CLIENT_SECRET`)
  if (accessId !== undefined && accessSecret !== undefined) {
    headers['cf-access-client-id'] = accessId
    headers['cf-access-client-secret'] = accessSecret
  }
  return { url: url.replace(/\/+$/, ''), headers, via }
}

/** Prompts travel encrypted; only a server on the same machine may be spoken to in the clear. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && LOCAL_HOSTS.has(hostname))
}
