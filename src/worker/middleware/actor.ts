import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { may, type Actor, type Permission } from '../../access/actor.ts'
import type { Env } from '../env.ts'

/** What the admin API's handlers find in their context. */
export type AdminEnv = {
  Bindings: Env
  Variables: {
    actor: Actor
    /** What the call was about, for its entry in the audit log: an id, never content. A handler that makes something sets it. */
    target?: string
  }
}

/** A refusal for an actor who lacks a right; undefined for one who has it. */
function forbidden(c: Context<AdminEnv>, permission: Permission): Response | undefined {
  const actor = c.get('actor')
  if (may(actor, permission)) return undefined
  const held = actor.roles.length === 0 ? 'no role' : actor.roles.join(', ')
  const message = `this needs the right ${permission}, which ${actor.id} (${held}) does not have`
  return c.json({ error: { code: 'forbidden', message } }, 403)
}

/** Lets only actors with a right come to the handler behind it. */
export const needs = (permission: Permission) =>
  createMiddleware<AdminEnv>(async (c, next) => forbidden(c, permission) ?? (await next()))
