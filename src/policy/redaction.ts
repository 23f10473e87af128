import { type Category, join, type Label, PUBLIC } from '../domain/label.ts'
import type { Replaceable } from '../domain/seen.ts'

/** Categories that replacing identifiers does not end: pseudonymised data are personal data still (GDPR art. 4(5), recital 26). */
const PERSONAL: readonly Category[] = ['pii', 'pii.minor', 'hr']

export const isPersonal = (categories: readonly Category[]): boolean =>
  categories.some((category) => PERSONAL.includes(category))

/**
 * The label of what remains when some kinds are replaced by placeholders: replaced personal data leave their category and
 * jurisdictions behind, at level internal, and everything else leaves nothing. What nobody could read, nobody has replaced.
 */
export function remainingLabel(
  { kept, found }: Replaceable,
  kinds: readonly string[],
  scan: Label['scan'],
): Label {
  const [level, categories, jurisdictions] = kept ?? NOTHING
  let remaining: Label = { level, categories, jurisdictions, scan }
  for (const [kind, ...part] of found) {
    const [partLevel, partCategories, partJurisdictions] = part
    const label: Label = {
      level: partLevel,
      categories: partCategories,
      jurisdictions: partJurisdictions,
      scan: 'complete',
    }
    remaining = join(remaining, kinds.includes(kind) ? replaced(label) : label)
  }
  return remaining
}

const NOTHING = [PUBLIC.level, PUBLIC.categories, PUBLIC.jurisdictions] as const

function replaced({ categories, jurisdictions }: Label): Label {
  if (!isPersonal(categories)) return PUBLIC
  const personal = categories.filter((category) => PERSONAL.includes(category))
  return { level: 'internal', categories: personal, jurisdictions, scan: 'complete' }
}
