import { classify } from '../classifier/classify.ts'
import type { FindingKind } from '../domain/finding.ts'
import { isAtLeast, MASKED_CATEGORY, type Category, type Label } from '../domain/label.ts'
import type { Receipt } from '../domain/plan.ts'
import type { Seen } from '../domain/seen.ts'

/**
 * What was found in a short text that a caller named freely; undefined if nothing was. Such texts are classified like
 * the prompt before they may be recorded.
 */
function flagOf(text: string): FindingKind | 'text' | undefined {
  const leaf = { text, kind: 'string', node: 0 } as const
  const { findings, label } = classify({ leaves: [leaf], pointer: () => '', opaque: [] })
  const worst = findings.find(({ confidence }) => confidence >= 0.5)
  if (worst !== undefined) return worst.kind
  return isAtLeast(label.level, 'confidential') || label.scan !== 'complete' ? 'text' : undefined
}

/** Tags fit to be recorded: a flagged value is replaced by its kind, a flagged name drops the tag. */
export function recordableTags(
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(tags)) {
    if (flagOf(name) !== undefined) continue
    const flag = flagOf(`${name}: ${value}`)
    kept[name] = flag === undefined ? value : `[${flag}]`
  }
  return kept
}

/** Keys are written by callers too: one that is not a plain short word, or that is flagged, becomes `*`. */
const PLAIN_TOKEN = /^(?:\d{1,6}|[A-Za-z][A-Za-z_-]{0,31})$/

function recordablePath(path: string): string {
  return path
    .split('/')
    .map((token) => (token === '' || isPlain(token) ? token : '*'))
    .join('/')
}

const isPlain = (token: string): boolean =>
  PLAIN_TOKEN.test(token) && (/^\d+$/.test(token) || flagOf(token) === undefined)

/** Callers name what they declare: a flagged name becomes `*`. */
function recordableCategories(categories: Label['categories']): Category[] {
  const recordable = categories.map((category) =>
    category.startsWith('declared:') && flagOf(category.slice(9)) !== undefined
      ? MASKED_CATEGORY
      : category,
  )
  return [...new Set(recordable)]
}

/** Only what is kept whatever is replaced can hold a declared name. */
function recordableSeen(seen: Seen): Seen {
  const { replaceable } = seen
  if (replaceable?.kept === undefined) return seen
  const [level, categories, jurisdictions] = replaceable.kept
  const kept: typeof replaceable.kept = [level, recordableCategories(categories), jurisdictions]
  return { ...seen, replaceable: { ...replaceable, kept } }
}

/** The receipt as it is recorded: the same, with every pointer and every declared name fit to be kept. */
export function recordableReceipt(receipt: Receipt): Receipt {
  const { label, evidence, unscanned, seen } = receipt
  if (label.categories.length + evidence.length + unscanned.length === 0) return receipt
  return {
    ...receipt,
    label: { ...label, categories: recordableCategories(label.categories) },
    ...(seen === undefined ? {} : { seen: recordableSeen(seen) }),
    evidence: receipt.evidence.map((item) => ({ ...item, path: recordablePath(item.path) })),
    unscanned: receipt.unscanned.map((item) => ({ ...item, path: recordablePath(item.path) })),
  }
}
