import type { Context } from 'hono'
import { may, type Actor, type Permission } from '../../access/actor.ts'
import type { Env } from '../env.ts'

/** What the admin API's handlers find in their context. */
export type AdminEnv = { Bindings: Env; Variables: { actor: Actor } }

/** A refusal for an actor who lacks a right; undefined for one who has it. */
export function forbidden(c: Context<AdminEnv>, permission: Permission): Response | undefined {
  const actor = c.get('actor')
  if (may(actor, permission)) return undefined
  const held = actor.roles.length === 0 ? 'no role' : actor.roles.join(', ')
  const message = `this needs the right ${permission}, which ${actor.id} (${held}) does not have`
  return c.json({ error: { code: 'forbidden', message } }, 403)
}
