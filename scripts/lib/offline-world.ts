import { callerOf } from '../../src/access/key-request.ts'
import { destinations } from '../../src/destinations/index.ts'
import type { Refusal } from '../../src/domain/refusal.ts'
import { err, type Result } from '../../src/domain/result.ts'
import { scanJson } from '../../src/encoding/json-scan.ts'
import { canonicalBundle } from '../../src/policy/bundle.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { compileBundle } from '../../src/router/compile.ts'
import type { World } from '../../src/router/world.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import type { ReadRequest, Surface } from '../../src/surfaces/surface.ts'

/** A key without limits or default label, for decisions that belong to nobody. */
export const DEFAULT_CALLER = callerOf('default', { team: 'default', app: 'default' })

/** A world in which everything is configured and healthy. */
export function healthyWorld(bundle: Bundle, nowMs: number): World {
  return {
    policy: compileBundle(bundle, canonicalBundle(bundle).hash),
    adapters: destinations,
    availability: () => 'ready',
    ownZoneOnly: false,
    nowMs,
  }
}

/** Reads a body as a surface does; `url` is where it was sent to, for surfaces that have the model there. */
export function readRequest(
  body: string,
  surface: keyof typeof surfaces,
  url = 'http://localhost/',
): Result<ReadRequest, Refusal> {
  const document = scanJson(body)
  if (!document.ok)
    return err({
      code: 'invalid_request',
      param: null,
      message: `not JSON: ${document.error.problem}`,
    })
  const { read }: Surface = surfaces[surface]
  return read(document.value, { url, headers: new Headers() })
}
