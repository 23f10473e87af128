import { matchedRoutes } from 'hono/route'
import type { Context, Next } from 'hono'
import type { Actor } from '../../access/actor.ts'
import {
  headerText,
  REASON_LENGTH_MAX,
  recordedName,
  TICKET_LENGTH_MAX,
  type AdminEvent,
  type AdminEventFacts,
} from '../../access/admin-event.ts'
import { isSafe } from '../../access/same-origin.ts'
import { hmacHex } from '../body-hash.ts'
import { newDecisionId } from '../exchange.ts'
import { alarm } from '../observability/log.ts'
import { appendAdminEvent } from '../stores/admin-events.ts'
import type { AdminEnv } from './actor.ts'

type C = Context<AdminEnv>
type Who = { readonly actor: Pick<Actor, 'id' | 'madeBy'>; readonly via: AdminEvent['via'] }

/** Where a request comes from, as a keyed hash: the same address is recognised, and not told. */
export async function sourceOf(c: C): Promise<string> {
  const address = c.req.header('cf-connecting-ip') ?? 'unknown'
  const hash = await hmacHex(`admin-source:${c.env.HASH_KEY ?? ''}`, address)
  return hash.slice(0, 32)
}

/**
 * Runs a call between its log lines. A change is on record before anything is done, and its outcome before it is answered; a
 * read is on record before it is answered. What cannot be recorded is not done, or not answered: 503.
 */
export async function audited(c: C, who: Who, next: Next): Promise<Response | undefined> {
  const { reason, ticket } = becauseOf(c)
  if ((reason?.length ?? 0) > REASON_LENGTH_MAX || (ticket?.length ?? 0) > TICKET_LENGTH_MAX) {
    return await recordAlone(c, who, c.json(TOO_LONG, 422))
  }
  const facts = { ...(await factsOf(c, who)), reason, ticket }
  if (!isSafe(c.req.method) && !(await append(c, { ...facts, phase: 'begin', status: null }))) {
    return c.json(NOT_RECORDED, 503)
  }
  await next()
  const target = c.get('target') ?? facts.target
  const end = { ...facts, target, phase: 'end', status: c.res.status } as const
  if (await append(c, end)) return undefined
  await c.res.body?.cancel()
  c.res = undefined // or else the headers of the answer that nobody gets would be on this one
  c.res = c.json(isSafe(c.req.method) ? NOT_RECORDED : OUTCOME_NOT_RECORDED, 503)
}

/** Records a call that no handler saw: one that was refused at the door, or a log-in. */
export async function recordAlone(c: C, who: Who, response: Response): Promise<Response> {
  const facts = await factsOf(c, who)
  const { status } = response
  const written = await append(c, { ...facts, phase: 'end', status, reason: null, ticket: null })
  return written ? response : c.json(NOT_RECORDED, 503)
}

async function append(c: C, facts: AdminEventFacts): Promise<boolean> {
  try {
    await appendAdminEvent(c.env, facts, Date.now())
    return true
  } catch (error) {
    alarm('a call of the admin API cannot be recorded', {
      phase: facts.phase,
      route: facts.route,
      error: error instanceof Error ? error.name : 'unknown',
    })
    return false
  }
}

const NOT_RECORDED = {
  error: {
    code: 'audit_unavailable',
    message: 'the call cannot be recorded, so nothing was done: try again',
  },
}
const OUTCOME_NOT_RECORDED = {
  error: {
    code: 'audit_unavailable',
    message: 'its outcome cannot be recorded: look whether it was done before you try again',
  },
}
const TOO_LONG = {
  error: {
    code: 'invalid_request',
    message: `demarc-reason: at most ${REASON_LENGTH_MAX} characters; demarc-ticket: at most ${TICKET_LENGTH_MAX}`,
  },
}

const becauseOf = (c: C) => ({
  reason: headerText(c.req.header('demarc-reason')),
  ticket: headerText(c.req.header('demarc-ticket')),
})

async function factsOf(c: C, { actor, via }: Who) {
  const { route, target } = routeOf(c)
  return {
    call: newDecisionId(Date.now()),
    actor: actor.id,
    ...(actor.madeBy === undefined ? {} : { madeBy: actor.madeBy }),
    via,
    source: await sourceOf(c),
    method: c.req.method,
    route,
    target,
    tenant: recordedName(c.req.query('tenant')),
  }
}

/** The pattern that a call matched, and the id in its path; the pattern of everything if it matched nothing. */
function routeOf(c: C): { readonly route: string; readonly target: string | null } {
  const matched = matchedRoutes(c)
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method
  const own = matched.find((route) => route.method === method && !route.path.endsWith('*'))
  const route = own?.path ?? matched.at(-1)?.path ?? '*'
  const names = route.split('/')
  const parts = c.req.path.split('/')
  const at = names.findIndex((name) => name.startsWith(':'))
  return { route, target: at < 0 ? null : recordedName(decoded(parts[at])) }
}

function decoded(part: string | undefined): string | undefined {
  if (part === undefined) return undefined
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined // no id of ours is written like that
  }
}
