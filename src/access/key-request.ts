import * as z from 'zod'
import { Caller } from '../domain/caller.ts'

/** The tenant of an installation that has only one. */
export const DEFAULT_TENANT = 'default'

/** What a person says of a new key; the rest has defaults that permit no more than was asked. */
export const KeyRequest = Caller.omit({ keyId: true })
  .partial({
    tenant: true,
    costCentre: true,
    purpose: true,
    allowedModels: true,
    defaultLabel: true,
    defaultOutputTokens: true,
    strict: true,
    expiresAtMs: true,
  })
  .extend({ limits: Caller.shape.limits.partial().optional() })
export type KeyRequest = z.infer<typeof KeyRequest>

/** A key of another gateway, known by its SHA-256: apps that hold it change nothing but the base URL. */
export const ImportRequest = KeyRequest.extend({
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, { message: 'SHA-256 of the whole key, as 64 hex digits' })
    .toLowerCase(),
})
export type ImportRequest = z.infer<typeof ImportRequest>

/** At most a quarter: an overlap that never ends is a second key. */
export const RotateRequest = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(90 * 86_400),
})
export type RotateRequest = z.infer<typeof RotateRequest>

/** The caller that a new key stands for. */
export function callerOf(keyId: string, request: KeyRequest): Caller {
  return {
    keyId,
    tenant: request.tenant ?? DEFAULT_TENANT,
    team: request.team,
    app: request.app,
    costCentre: request.costCentre ?? request.team,
    purpose: request.purpose ?? 'general',
    allowedModels: request.allowedModels ?? null,
    defaultLabel: request.defaultLabel ?? null,
    defaultOutputTokens: request.defaultOutputTokens ?? null,
    strict: request.strict ?? false,
    limits: {
      requestsPerMinute: request.limits?.requestsPerMinute ?? null,
      tokensPerMinute: request.limits?.tokensPerMinute ?? null,
      concurrency: request.limits?.concurrency ?? null,
    },
    expiresAtMs: request.expiresAtMs ?? null,
  }
}
