/** From least to most sensitive. The order is the lattice: joining takes the higher one. */
export const LEVELS = ['public', 'internal', 'confidential', 'restricted'] as const
export type Level = (typeof LEVELS)[number]

export const CATEGORIES = [
  'pii',
  'pii.minor',
  'health',
  'pci',
  'bank',
  'government-id',
  'secret',
  'source-code',
  'legal',
  'export-control',
  'hr',
] as const
/** What kind of sensitive data; `declared:*` is whatever the caller says of it. */
export type Category = (typeof CATEGORIES)[number] | `declared:${string}`

/** Stands in records for a declared name that may not be kept. */
export const MASKED_CATEGORY = 'declared:*'

/** How much of the request the classifier has read, from all to nothing it can vouch for. */
export const SCANS = ['complete', 'partial', 'unscanned'] as const
type Scan = (typeof SCANS)[number]

/** How sensitive a request is. Sets are sorted and hold no value twice, so that equal labels are equal as JSON. */
export type Label = {
  readonly level: Level
  readonly categories: readonly Category[]
  /** ISO 3166-1 alpha-2 codes of the countries whose law protects the data. */
  readonly jurisdictions: readonly string[]
  readonly scan: Scan
}

export const PUBLIC: Label = {
  level: 'public',
  categories: [],
  jurisdictions: [],
  scan: 'complete',
}

const higher = <T>(order: readonly T[], a: T, b: T): T =>
  order.indexOf(a) >= order.indexOf(b) ? a : b

const union = <T extends string>(a: readonly T[], b: readonly T[]): readonly T[] =>
  b.length === 0 ? a : [...new Set([...a, ...b])].toSorted((x, y) => (x < y ? -1 : 1))

/** Max of the levels, union of the sets, worst of the scans: adding text never lowers a label. */
export const join = (a: Label, b: Label): Label => ({
  level: higher(LEVELS, a.level, b.level),
  categories: union(a.categories, b.categories),
  jurisdictions: union(a.jurisdictions, b.jurisdictions),
  scan: higher(SCANS, a.scan, b.scan),
})

/** True if `a` is at least as sensitive as `b`. */
export const isAtLeast = (a: Level, b: Level): boolean => LEVELS.indexOf(a) >= LEVELS.indexOf(b)
