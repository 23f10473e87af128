import { LIMITS } from '../classifier/classify.ts'
import { CONFIDENCE_MIN } from '../classifier/levels.ts'
import type { Classification, Finding, FindingKind } from '../domain/finding.ts'
import { isAtLeast, join, type Label, PUBLIC } from '../domain/label.ts'
import type { Replaceable } from '../domain/seen.ts'
import { isPersonal, remainingLabel } from '../policy/redaction.ts'

/**
 * The label of what remains when some kinds are replaced by placeholders.
 *
 * It is joined anew from the findings that stay. Whatever no finding accounts for (a declared label, a rule over the whole
 * document) stays, and so does the state of the scan. If findings were too many to be kept, some will not be replaced, and
 * nothing is lowered.
 */
export function redactedLabel(
  classification: Classification,
  kinds: readonly string[],
  declared: Label,
): Label {
  const { label } = classification
  const parts = replaceableIn(classification, declared)
  return parts === undefined ? label : remainingLabel(parts, kinds, label.scan)
}

/** What a label is made of, as far as replacing could lower it; undefined if nothing could. */
export function replaceableIn(
  { label, findings }: Classification,
  declared: Label,
): Replaceable | undefined {
  if (findings.length === 0 || findings.length >= LIMITS.findingsMax) return undefined
  const found = foundIn(findings)
  if (found.length === 0) return undefined
  const accounted = found.reduce((sum, part) => join(sum, part), declared)
  const unaccounted: Label = {
    level: isAtLeast(accounted.level, label.level) ? PUBLIC.level : label.level,
    categories: label.categories.filter((one) => !accounted.categories.includes(one)),
    jurisdictions: label.jurisdictions.filter((one) => !accounted.jurisdictions.includes(one)),
    scan: label.scan,
  }
  const kept = join(declared, unaccounted)
  const isEmpty =
    kept.level === PUBLIC.level && kept.categories.length + kept.jurisdictions.length === 0
  return {
    ...(isEmpty ? {} : { kept: [kept.level, kept.categories, kept.jurisdictions] }),
    found: found.map((one) => [one.kind, one.level, one.categories, one.jurisdictions]),
  }
}

type Found = Label & { readonly kind: FindingKind }

/** Certain findings, joined by kind; personal data apart, because they alone leave something behind. */
function foundIn(findings: readonly Finding[]): readonly Found[] {
  const personal = new Map<FindingKind, Found>()
  const others = new Map<FindingKind, Found>()
  for (const finding of findings) {
    if (finding.confidence < CONFIDENCE_MIN) continue
    const { kind, level, categories, jurisdictions } = finding
    const parts = isPersonal(categories) ? personal : others
    const known = parts.get(kind)
    if (known === undefined) {
      parts.set(kind, { kind, level, categories, jurisdictions, scan: 'complete' })
    } else if (adds(known, finding)) {
      const label: Label = { level, categories, jurisdictions, scan: 'complete' }
      parts.set(kind, { kind, ...join(known, label) })
    }
  }
  return [...personal.values(), ...others.values()].toSorted((a, b) => compare(a.kind, b.kind))
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

const adds = (known: Label, { level, categories, jurisdictions }: Finding): boolean =>
  !isAtLeast(known.level, level) ||
  categories.some((one) => !known.categories.includes(one)) ||
  jurisdictions.some((one) => !known.jurisdictions.includes(one))
