import type { Label } from '../domain/label.ts'
import { MASKED_CATEGORY } from '../domain/label.ts'
import { type Operation, PLAIN_HANDLING } from '../domain/request.ts'
import type { Seen } from '../domain/seen.ts'
import type { AttributeVector } from './traffic.ts'

/** What an entry of the journal says of the request behind a decision, wherever in the entry it stands. */
export type RecordedRequest = {
  readonly label: Label
  readonly seen: Seen | undefined
  readonly team: string
  readonly app: string
  readonly purpose: string | undefined
  readonly surface: string
}

/**
 * Why a record cannot be decided again. `before-recording`: it was written before what the policy saw was kept. `masked`: a
 * declared category has a name that could not be recorded. `no-decision`: it was refused before a policy was asked. `unknown-form`:
 * another version of Demarc wrote it.
 */
export type Unreplayable = 'before-recording' | 'masked' | 'no-decision' | 'unknown-form'

/** The attribute vector of a recorded request: every policy decides it as it would have decided the request itself. */
export function vectorOf(recorded: RecordedRequest): AttributeVector | Unreplayable {
  const { label, seen, team, app, purpose, surface } = recorded
  if (seen === undefined || purpose === undefined) return 'before-recording'
  if (label.categories.includes(MASKED_CATEGORY)) return 'masked'
  const { quality = 'basic', handling, replaceable } = seen
  return {
    label: {
      level: label.level,
      categories: [...label.categories],
      jurisdictions: [...label.jurisdictions],
      scan: label.scan,
    },
    team,
    app,
    purpose,
    quality,
    operation: operationOf(surface),
    handling: { ...PLAIN_HANDLING, ...handling },
    ...(replaceable === undefined ? {} : { replaceable }),
  }
}

/** Surfaces are called after what they do: see `SurfaceName`. */
function operationOf(surface: string): Operation {
  if (surface.endsWith('-embeddings')) return 'embeddings'
  return surface.endsWith('-count-tokens') ? 'count-tokens' : 'chat'
}
