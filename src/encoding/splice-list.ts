import { children } from './json-document.ts'
import type { JsonDocument } from './json-scan.ts'
import type { Patch } from './splice.ts'

/** Patches that take elements out of an array, with the commas that parted them; all else stays as it is. */
export function elementRemovals(
  document: JsonDocument,
  list: number,
  isRemoved: (element: number) => boolean,
): Patch[] {
  const elements = list < 0 ? [] : children(document, list)
  const removed = new Set(elements.filter(isRemoved))
  if (removed.size === 0) return []
  const startOf = (node: number): number => document.starts[node] ?? 0
  const endOf = (node: number): number => document.ends[node] ?? 0
  const kept = elements.filter((element) => !removed.has(element))
  const first = elements[0] ?? -1
  const last = elements.at(-1) ?? -1
  const [firstKept] = kept
  if (firstKept === undefined) return [{ start: startOf(first), end: endOf(last), text: '' }]
  const patches: Patch[] = []
  if (firstKept !== first)
    patches.push({ start: startOf(first), end: startOf(firstKept), text: '' })
  // Behind the first that stays, what is cut starts where the one before it ends, so that its comma goes, too.
  let cutFrom = endOf(firstKept)
  for (const element of elements.slice(elements.indexOf(firstKept) + 1)) {
    if (removed.has(element)) patches.push({ start: cutFrom, end: endOf(element), text: '' })
    cutFrom = endOf(element)
  }
  return patches
}
