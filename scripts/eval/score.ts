import type { Finding } from '../../src/domain/finding.ts'
import { isBareNumbers, isComplete, type EvalSet, type Row } from './sets.ts'

/** Found of how many. */
export type Share = { hits: number; of: number }
const share = (): Share => ({ hits: 0, of: 0 })

/** What was measured of one kind in one set. Precision only where the set marks the kind throughout. */
export type KindScore = {
  readonly documents: Share
  readonly spans: Share
  readonly tokens: Share
  readonly documentPrecision: Share
  readonly spanPrecision: Share
  readonly tokenPrecision: Share
  /** Why spans were missed, and how often. */
  readonly misses: Map<string, number>
}

export type SetScore = {
  readonly set: string
  readonly group: EvalSet['group']
  readonly rows: number
  readonly kinds: Map<string, KindScore>
  /** Documents in which something of the kind was found, of all. */
  readonly flagged: Map<string, number>
  /** Documents in which a kind was found more often than marked: false alarms of the `negatives`. */
  readonly alarms: Map<string, number>
  /** By level. */
  readonly levels: Map<string, number>
}

/** A find with whether it was right, of sets that can tell: for calibration. */
export type Verdict = {
  readonly kind: string
  readonly confidence: number
  readonly isRight: boolean
}

type Span = { readonly start: number; readonly end: number }
const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end

/** A mark of a tweet's name may be an @handle; words keep their apostrophes and hyphens. */
const TOKEN = /@?[\p{L}\p{N}_]+(?:['’-][\p{L}\p{N}]+)*/gu
const tokensOf = (text: string): readonly Span[] =>
  [...text.matchAll(TOKEN)].map(({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
  }))

/** Kinds that a mark of PUPA, which says only "personal", counts as found by. */
const PERSONAL = new Set(
  'person email phone card iban bank_account us_ssn national_id passport driver_license ip address location organization date age title secret crypto vehicle device url'.split(
    ' ',
  ),
)
export const UNIT = 'other:PII_UNIT'
const isFoundBy = (marked: string, found: string): boolean =>
  marked === found || (marked === UNIT && PERSONAL.has(found))

/** Kinds whose finds are document labels, not marks. */
const DOCUMENT_KINDS: readonly string[] = ['health', 'legal', 'secret']
/** Those that are found of the whole text. */
const WHOLE_KINDS: readonly string[] = ['health', 'legal']

/** Anything marked, and anything found. */
const ANY = 'any'

const bump = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** Adds up one set. `findings` are those of one row; a tool under comparison answers the same shape. */
export class Scorer {
  readonly score: SetScore
  readonly verdicts: Verdict[] = []
  readonly #set: EvalSet
  /** Sets of bare numbers are scored at any confidence. */
  readonly #confidenceMin: number

  constructor(set: EvalSet) {
    this.#set = set
    this.#confidenceMin = isBareNumbers(set.name) ? 0 : 0.5
    this.score = {
      set: set.name,
      group: set.group,
      rows: set.rows.length,
      kinds: new Map(),
      flagged: new Map(),
      alarms: new Map(),
      levels: new Map(),
    }
  }

  add(row: Row, findings: readonly Finding[], level: string): void {
    const counted = findings.filter(({ confidence }) => confidence >= this.#confidenceMin)
    bump(this.score.levels, level)
    const kinds = new Set<string>(counted.map(({ kind }) => kind))
    for (const kind of kinds) bump(this.score.flagged, kind)
    if (kinds.size > 0) bump(this.score.flagged, 'any')
    for (const kind of kinds) {
      const isMarked = (f: Finding) => row.spans.some((s) => s.kind === kind && overlaps(s, f))
      if (counted.some((f) => f.kind === kind && !isMarked(f))) bump(this.score.alarms, kind)
    }
    for (const label of row.doc) {
      if (!DOCUMENT_KINDS.includes(label)) continue
      this.#count('documents', label, kinds.has(label))
    }
    for (const kind of new Set(row.spans.map((span) => span.kind))) {
      this.#recall(row, kind, counted, findings)
    }
    for (const kind of kinds) this.#precision(row, kind, counted)
    if (isComplete(this.#set.name, ANY)) {
      if (row.spans.length > 0) this.#count('documents', ANY, kinds.size > 0)
      if (kinds.size > 0) this.#count('documentPrecision', ANY, row.spans.length > 0)
    }
    for (const finding of findings) {
      if (!isComplete(this.#set.name, finding.kind)) continue
      const isRight = row.spans.some((s) => s.kind === finding.kind && overlaps(s, finding))
      this.verdicts.push({ kind: finding.kind, confidence: finding.confidence, isRight })
    }
  }

  #recall(row: Row, kind: string, counted: readonly Finding[], findings: readonly Finding[]): void {
    const right = counted.filter((finding) => isFoundBy(kind, finding.kind))
    const marks = row.spans.filter((span) => span.kind === kind)
    if (!DOCUMENT_KINDS.includes(kind)) {
      this.#count(
        'documents',
        kind,
        marks.some((mark) => right.some((f) => overlaps(mark, f))),
      )
    }
    for (const mark of marks) {
      const isFound = right.some((finding) => overlaps(mark, finding))
      this.#count('spans', kind, isFound)
      if (!isFound) bump(this.#kind(kind).misses, cause(row, mark, kind, findings))
    }
    for (const token of tokensOf(row.text)) {
      if (!marks.some((mark) => overlaps(mark, token))) continue
      this.#count(
        'tokens',
        kind,
        right.some((finding) => overlaps(finding, token)),
      )
    }
  }

  #precision(row: Row, kind: string, counted: readonly Finding[]): void {
    if (!isComplete(this.#set.name, kind)) return
    const found = counted.filter((finding) => finding.kind === kind)
    const marks = row.spans.filter((span) => span.kind === kind)
    const isRight = (span: Span) => marks.some((mark) => overlaps(mark, span))
    this.#count('documentPrecision', kind, found.some(isRight))
    for (const finding of found) this.#count('spanPrecision', kind, isRight(finding))
    for (const token of tokensOf(row.text)) {
      if (found.some((finding) => overlaps(finding, token))) {
        this.#count('tokenPrecision', kind, isRight(token))
      }
    }
  }

  #count(measure: Exclude<keyof KindScore, 'misses'>, kind: string, isHit: boolean): void {
    const counted = this.#kind(kind)[measure]
    counted.of++
    if (isHit) counted.hits++
  }

  #kind(kind: string): KindScore {
    const known = this.score.kinds.get(kind)
    if (known !== undefined) return known
    const fresh: KindScore = {
      documents: share(),
      spans: share(),
      tokens: share(),
      documentPrecision: share(),
      spanPrecision: share(),
      tokenPrecision: share(),
      misses: new Map(),
    }
    this.score.kinds.set(kind, fresh)
    return fresh
  }
}

/** Why a mark was missed, without its text: what was made of it instead, or what it looks like. */
function cause(row: Row, mark: Span, kind: string, findings: readonly Finding[]): string {
  const there = findings.filter(
    (finding) => overlaps(finding, mark) && !WHOLE_KINDS.includes(finding.kind),
  )
  if (there.some((finding) => isFoundBy(kind, finding.kind))) return 'only possible'
  const other = there.find(({ confidence }) => confidence >= 0.5)
  if (other !== undefined) return `taken for ${other.kind}`
  return shapeOf(row.text.slice(mark.start, mark.end))
}

function shapeOf(text: string): string {
  if (text.startsWith('@')) return 'handle'
  if (/^[\d\s().,/+-]+$/.test(text)) return 'digits'
  if (/\d/.test(text)) return 'letters and digits'
  const words = text.trim().split(/\s+/)
  const count = words.length === 1 ? 'one word' : 'several words'
  if (text === text.toLowerCase()) return `small letters, ${count}`
  if (text.length > 3 && text === text.toUpperCase()) return `capitals, ${count}`
  return count
}
