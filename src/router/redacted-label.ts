import { LIMITS } from '../classifier/classify.ts'
import { CONFIDENCE_MIN } from '../classifier/levels.ts'
import type { Classification, Finding } from '../domain/finding.ts'
import { type Category, isAtLeast, join, type Label, PUBLIC } from '../domain/label.ts'

/** Categories that replacing identifiers does not end: pseudonymised data are personal data still (GDPR art. 4(5), recital 26). */
const PERSONAL: readonly Category[] = ['pii', 'pii.minor', 'hr']

/**
 * The label of what remains when some kinds are replaced by placeholders.
 *
 * It is joined anew from the findings that stay; replaced personal data leave their category and jurisdictions behind, at level internal.
 * Whatever no finding accounts for (a declared label, a rule over the whole document) stays, and so does the state of the scan: what
 * nobody could read, nobody has replaced. If findings were too many to be kept, some will not be replaced, and nothing is lowered.
 */
export function redactedLabel(
  { label, findings }: Classification,
  kinds: readonly string[],
  declared: Label,
): Label {
  if (findings.length >= LIMITS.findingsMax) return label
  const certain = findings.filter(({ confidence }) => confidence >= CONFIDENCE_MIN)
  const accounted = certain.reduce((sum, finding) => join(sum, labelOf(finding)), declared)
  const unaccounted: Label = {
    level: isAtLeast(accounted.level, label.level) ? PUBLIC.level : label.level,
    categories: label.categories.filter((one) => !accounted.categories.includes(one)),
    jurisdictions: label.jurisdictions.filter((one) => !accounted.jurisdictions.includes(one)),
    scan: label.scan,
  }
  const remaining = certain.map((finding) =>
    kinds.includes(finding.kind) ? replaced(finding) : labelOf(finding),
  )
  return remaining.reduce(join, join(declared, unaccounted))
}

const labelOf = ({ level, categories, jurisdictions }: Finding): Label => ({
  level,
  categories,
  jurisdictions,
  scan: 'complete',
})

function replaced({ categories, jurisdictions }: Finding): Label {
  const personal = categories.filter((category) => PERSONAL.includes(category))
  if (personal.length === 0) return PUBLIC
  return { level: 'internal', categories: personal, jurisdictions, scan: 'complete' }
}
