import { Hono } from 'hono'
import { AdminTokenRequest, cannotGive } from '../../../access/admin-token.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { createAdminToken, listAdminTokens, revokeAdminToken } from '../../stores/admin-tokens.ts'
import { adminError, invalid, readBody } from './input.ts'

/** Tokens of automations: made, listed and revoked. The text of one is in the answer that makes it and nowhere else. */
export const tokenRoutes = new Hono<AdminEnv>()

tokenRoutes.post('/', needs('admin.write'), async (c) => {
  const body = await readBody(c.req.raw, AdminTokenRequest)
  if (!body.ok) return c.json(invalid(body.error), 422)
  const problem = cannotGive(c.get('actor'), body.value.roles)
  if (problem !== undefined) return c.json(adminError('forbidden', problem), 403)
  const made = await createAdminToken(c.env, body.value, c.get('actor'), Date.now())
  if (!made.ok) {
    const message = `name: a token ${body.value.name} is in use; revoke it first, or take another name`
    return c.json(adminError('exists', message), 409)
  }
  const { token, summary } = made.value
  c.set('target', `token:${summary.name}`)
  return c.json({ id: summary.id, token, summary }, 201)
})

tokenRoutes.get('/', needs('admin.write'), async (c) =>
  c.json({ tokens: await listAdminTokens(c.env) }),
)

tokenRoutes.delete('/:id', needs('admin.write'), async (c) => {
  const revoked = await revokeAdminToken(c.env, c.req.param('id'), Date.now())
  if (!revoked.ok) {
    return c.json(adminError('not_found', 'no such token: GET tokens lists them'), 404)
  }
  c.set('target', `token:${revoked.value.name}`)
  return c.json(revoked.value)
})
