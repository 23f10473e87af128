import { Hono } from 'hono'
import { ImportRequest, KeyRequest, RotateRequest } from '../../../access/key-request.ts'
import { createKey, importKey, listKeys, revokeKey, rotateKey } from '../../stores/key-admin.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { adminError, check, invalid, readBody, TenantQuery } from './input.ts'

/** Keys: made, imported, listed, rotated and revoked. The text of a key is in the answer that makes it and nowhere else. */
export const keyRoutes = new Hono<AdminEnv>()

keyRoutes.post('/', needs('keys.write'), async (c) => {
  const body = await readBody(c.req.raw, KeyRequest)
  if (!body.ok) return c.json(invalid(body.error), 422)
  const { key, caller } = await createKey(c.env, body.value, Date.now())
  return c.json({ id: caller.keyId, key, caller }, 201)
})

keyRoutes.get('/', needs('keys.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  return c.json({ keys: await listKeys(c.env, query.value.tenant) })
})

keyRoutes.post('/import', needs('keys.write'), async (c) => {
  const body = await readBody(c.req.raw, ImportRequest)
  if (!body.ok) return c.json(invalid(body.error), 422)
  const imported = await importKey(c.env, body.value, Date.now())
  if (!imported.ok) return c.json(adminError('exists', 'sha256: this key is known already'), 409)
  return c.json({ id: imported.value.keyId, caller: imported.value }, 201)
})

keyRoutes.post('/:id/rotate', needs('keys.write'), async (c) => {
  const body = await readBody(c.req.raw, RotateRequest)
  if (!body.ok) return c.json(invalid(body.error), 422)
  const id = c.req.param('id')
  const rotated = await rotateKey(c.env, id, body.value.overlapSeconds * 1000, Date.now())
  if (!rotated.ok) return c.json(UNKNOWN_KEY, 404)
  return c.json({ id, ...rotated.value })
})

keyRoutes.delete('/:id', needs('keys.write'), async (c) => {
  const id = c.req.param('id')
  const revoked = await revokeKey(c.env, id, Date.now())
  return revoked.ok ? c.json({ id, ...revoked.value }) : c.json(UNKNOWN_KEY, 404)
})

const UNKNOWN_KEY = adminError('not_found', 'no such key, or it is revoked: GET keys lists them')
