import type { Classification, Finding } from '../domain/finding.ts'
import { isAtLeast, join, type Label, PUBLIC } from '../domain/label.ts'

/**
 * The label of what remains when some kinds are replaced.
 *
 * It is joined anew from the findings that stay. Whatever no single finding accounts for (a declared label, a rule over the whole
 * document) stays too, and so does the state of the scan: what nobody could read, nobody has redacted.
 */
export function redactedLabel(
  { label, findings }: Classification,
  kinds: readonly string[],
  declared: Label,
): Label {
  const certain = findings.filter(({ confidence }) => confidence >= 0.5)
  const accounted = certain.reduce(joinFinding, declared)
  const unaccounted: Label = {
    level: isAtLeast(accounted.level, label.level) ? PUBLIC.level : label.level,
    categories: label.categories.filter((one) => !accounted.categories.includes(one)),
    jurisdictions: label.jurisdictions.filter((one) => !accounted.jurisdictions.includes(one)),
    scan: label.scan,
  }
  const remaining = certain.filter(({ kind }) => !kinds.includes(kind))
  return remaining.reduce(joinFinding, join(declared, unaccounted))
}

const joinFinding = (label: Label, { level, categories, jurisdictions }: Finding): Label =>
  join(label, { level, categories, jurisdictions, scan: 'complete' })
