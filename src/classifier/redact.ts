import type { FindingKind } from '../domain/finding.ts'

/** Which placeholder stands for which value. Shared between calls, so that a value is called the same everywhere. */
export type Numbering = {
  /** Placeholders by kind and value. */
  readonly placeholders: Map<string, string>
  /** Values by placeholder. */
  readonly values: Map<string, string>
  readonly counts: Map<string, number>
}

export const createNumbering = (): Numbering => ({
  placeholders: new Map(),
  values: new Map(),
  counts: new Map(),
})

type Span = { readonly kind: string; readonly start: number; readonly end: number }

/**
 * Replaces what was found, if its kind is among `kinds`, by placeholders such as `[EMAIL_1]`.
 *
 * Spans that overlap become one, of the kind that starts first and reaches farthest. A placeholder that the text
 * already holds is not given again.
 */
export function redactText(
  text: string,
  findings: readonly Span[],
  kinds: readonly string[],
  numbering: Numbering = createNumbering(),
): string {
  const parts: string[] = []
  let from = 0
  for (const { kind, start, end } of mergeSpans(findings, kinds)) {
    parts.push(
      text.slice(from, start),
      placeholderOf(numbering, kind, text.slice(start, end), text),
    )
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

function placeholderOf(numbering: Numbering, kind: string, value: string, text: string): string {
  const key = `${kind}\u0000${value}`
  const known = numbering.placeholders.get(key)
  if (known !== undefined) return known
  let count = numbering.counts.get(kind) ?? 0
  let placeholder: string
  do placeholder = `[${kind.toUpperCase()}_${++count}]`
  while (text.includes(placeholder))
  numbering.counts.set(kind, count)
  numbering.placeholders.set(key, placeholder)
  numbering.values.set(placeholder, value)
  return placeholder
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
