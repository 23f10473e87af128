import { Hono } from 'hono'
import { PERMISSIONS, may } from '../../../access/actor.ts'
import { Grant } from '../../../access/admin-token.ts'
import { Principal } from '../../../access/principal.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { listPeople, putRoles, removeRoles } from '../../stores/admin-people.ts'
import { adminError, check, invalid, readBody } from './input.ts'

/** Who may do what: roles of people, groups and service tokens that Cloudflare Access knows. */
export const peopleRoutes = new Hono<AdminEnv>()

peopleRoutes.get('/', needs('admin.write'), async (c) =>
  c.json({ people: await listPeople(c.env) }),
)

/** Whoever asks: who they are here, and what they may do. Needs no right. */
peopleRoutes.get('/me', (c) => {
  const actor = c.get('actor')
  return c.json({ actor, permissions: PERMISSIONS.filter((name) => may(actor, name)) })
})

const OWN = adminError('forbidden', 'nobody changes their own roles: ask another operator')

peopleRoutes.put('/:principal', needs('admin.write'), async (c) => {
  const principal = check(c.req.param('principal'), Principal)
  if (!principal.ok) return c.json(invalid(principal.error), 422)
  const body = await readBody(c.req.raw, Grant)
  if (!body.ok) return c.json(invalid(body.error), 422)
  const { id } = c.get('actor')
  if (principal.value === id) return c.json(OWN, 403)
  c.set('target', principal.value)
  return c.json(await putRoles(c.env, principal.value, body.value, id, Date.now()))
})

peopleRoutes.delete('/:principal', needs('admin.write'), async (c) => {
  const principal = check(c.req.param('principal'), Principal)
  if (!principal.ok) return c.json(invalid(principal.error), 422)
  if (principal.value === c.get('actor').id) return c.json(OWN, 403)
  c.set('target', principal.value)
  if (await removeRoles(c.env, principal.value)) return c.json({ principal: principal.value })
  return c.json(adminError('not_found', 'has no roles: GET people lists who has'), 404)
})
