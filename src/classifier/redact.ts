import type { FindingKind } from '../domain/finding.ts'

type Span = { readonly kind: string; readonly start: number; readonly end: number }

/**
 * Replaces what was found, if its kind is among `kinds`, by what `placeholderOf` makes of its kind and text.
 *
 * Spans that overlap become one, of the kind that starts first and reaches farthest.
 */
export function redactText(
  text: string,
  findings: readonly Span[],
  kinds: readonly string[],
  placeholderOf: (kind: string, value: string) => string,
): string {
  const parts: string[] = []
  let from = 0
  for (const { kind, start, end } of mergeSpans(findings, kinds)) {
    parts.push(text.slice(from, start), placeholderOf(kind, text.slice(start, end)))
    from = end
  }
  parts.push(text.slice(from))
  return parts.join('')
}

/** The spans of the given kinds, in order, none of which touch. */
function mergeSpans(findings: readonly Span[], kinds: readonly string[]): Span[] {
  const wanted = findings
    .filter(({ kind, start, end }) => kinds.includes(kind) && end > start)
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
  const merged: Span[] = []
  for (const span of wanted) {
    const last = merged.at(-1)
    if (last === undefined || span.start >= last.end) merged.push(span)
    else if (span.end > last.end) merged[merged.length - 1] = { ...last, end: span.end }
  }
  return merged
}

/** Kinds whose span is the thing itself. The others mark a whole text, which has no placeholder. */
export const REDACTABLE: readonly FindingKind[] = [
  'person',
  'email',
  'phone',
  'card',
  'iban',
  'bank_account',
  'us_ssn',
  'national_id',
  'passport',
  'driver_license',
  'ip',
  'address',
  'date',
  'secret',
  'crypto',
  'vehicle',
  'device',
]
