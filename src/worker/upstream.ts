import type { UpstreamFailure } from '../domain/refusal.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { service, type Env } from './env.ts'
import type { Permit } from './permit.ts'

/** The upstream answered, whatever it answered; or it did not, and why. */
export type UpstreamReply = Result<
  Response,
  Extract<UpstreamFailure, 'unreachable' | 'timeout' | 'redirected'>
>

/**
 * The only code that can call a model. It takes a permit, which exists only for an attempt that the journal has on
 * record, and sends what the permit holds: no more, once, and never to where a redirect points (a 307 would post the
 * body again to a host that nobody judged).
 */
export async function send(env: Env, permit: Permit, signal: AbortSignal): Promise<UpstreamReply> {
  const dispatch = permit.take()
  try {
    const response =
      dispatch.transport === 'binding'
        ? await runBinding(env, dispatch.model, dispatch.inputs, signal)
        : await (dispatch.via === undefined ? globalThis : through(env, dispatch.via)).fetch(
            dispatch.url,
            {
              method: 'POST',
              headers: dispatch.headers,
              body: dispatch.body,
              redirect: 'manual',
              signal,
            },
          )
    if (response.status < 300 || response.status >= 400) return ok(response)
    await response.body?.cancel()
    return err('redirected')
  } catch {
    return err(signal.aborted ? 'timeout' : 'unreachable')
  }
}

/** Longest wait for a health path. */
const HEALTH_MS = 5_000

/**
 * Looks whether a server is there: a GET without a body, by the way that requests take. Nothing of a request is at hand
 * here. Answers the status; undefined if there was none.
 */
export async function lookAt(
  env: Env,
  url: string,
  headers: Readonly<Record<string, string>>,
  via: string | undefined,
): Promise<number | undefined> {
  try {
    const response = await (via === undefined ? globalThis : through(env, via)).fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(HEALTH_MS),
    })
    await response.body?.cancel()
    return response.status
  } catch {
    return undefined
  }
}

function through(env: Env, name: string): Fetcher {
  const binding = service(env, name)
  if (binding === undefined) throw new TypeError(`no service binding is called ${name}`)
  return binding
}

async function runBinding(
  env: Env,
  model: string,
  inputs: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Response> {
  if (env.AI === undefined) throw new TypeError('the AI binding is not configured')
  const reply: unknown = await env.AI.run(model, inputs, { returnRawResponse: true, signal })
  if (reply instanceof Response) return reply
  throw new TypeError('the AI binding did not answer with a raw response')
}
