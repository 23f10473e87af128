import type { Classification } from '../domain/finding.ts'
import type { Label } from '../domain/label.ts'
import type { Handling, Quality } from '../domain/request.ts'
import type { Seen } from '../domain/seen.ts'
import { replaceableIn } from './redacted-label.ts'

/** What a receipt must hold so that the request can be decided again, beside what its entry says anyway. */
export function seenOf(
  classification: Classification,
  declared: Label,
  quality: Quality | undefined,
  handling: Handling,
): Seen {
  const replaceable = replaceableIn(classification, declared)
  return {
    ...(quality === undefined || quality === 'basic' ? {} : { quality }),
    ...(isPlain(handling) ? {} : { handling: notPlain(handling) }),
    ...(replaceable === undefined ? {} : { replaceable }),
  }
}

const isPlain = ({ stored, hostedTools, longCache, serviceTier }: Handling): boolean =>
  !stored && !hostedTools && !longCache && serviceTier === 'default'

const notPlain = ({
  stored,
  hostedTools,
  longCache,
  serviceTier,
}: Handling): NonNullable<Seen['handling']> => ({
  ...(stored ? { stored } : {}),
  ...(hostedTools ? { hostedTools } : {}),
  ...(longCache ? { longCache } : {}),
  ...(serviceTier === 'other' ? { serviceTier } : {}),
})
