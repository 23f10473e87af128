import * as z from 'zod'
import type { Permission } from '../../access/actor.ts'

export type Method = 'get' | 'post' | 'put' | 'delete'

/** What an answer holds: a shape of JSON, or another media type. */
export type Content = z.ZodType | { readonly mediaType: string }

/** A route of the admin API as the OpenAPI document tells it. The schemas are those that the handler checks with. */
export type AdminRoute = {
  readonly method: Method
  /** As Hono knows it, under `/admin/api`: `/keys/:id`. */
  readonly path: string
  readonly summary: string
  /** The right that the handler asks for; null: whoever can prove to be somebody. */
  readonly right: Permission | null
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly status?: 200 | 201
  /** What is answered, in words, and its shape. */
  readonly answer: string
  readonly content: Content
  /** Headers beyond those of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Codes of refusals beyond those of every route, by status. */
  readonly refusals?: Readonly<Record<number, readonly string[]>>
}

/** The shape of every refusal of the admin API. */
export const AdminErrorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    /** Of `invalid_request`: a dotted path (empty for the whole body), and what is wrong there. */
    problems: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
  }),
})

export const HashText = z.string().regex(/^[0-9a-f]{64}$/)
export const Milliseconds = z.int().describe('milliseconds since 1970 UTC')
export const IsoTime = z.string().describe('a moment in UTC, such as 2026-11-25T09:30:00.000Z')
export const NDJSON = { mediaType: 'application/x-ndjson' } as const
export const CSV = { mediaType: 'text/csv' } as const
export const TEXT = { mediaType: 'text/plain' } as const
