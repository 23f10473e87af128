import { Hono } from 'hono'
import type { AdminEnv } from '../../middleware/actor.ts'
import { openapiDocument } from '../../openapi/document.ts'

/** What can be asked of this Worker, for programs. */
export const openapiRoutes = new Hono<AdminEnv>()

openapiRoutes.get('/openapi.json', (c) => c.json(openapiDocument()))
