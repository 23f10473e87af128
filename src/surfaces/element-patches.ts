import { children } from '../encoding/json-document.ts'
import type { JsonDocument } from '../encoding/json-scan.ts'
import type { Patch } from '../encoding/splice.ts'

/** Takes elements out of an array; if none would be left, `otherwise` stands in their place. */
export function elementPatches(
  document: JsonDocument,
  array: number,
  isRemoved: (element: number) => boolean,
  otherwise: string,
): Patch[] {
  const elements = children(document, array)
  const removed = new Set(elements.filter(isRemoved))
  if (removed.size === 0) return []
  const startOf = (node: number | undefined): number => document.starts[node ?? -1] ?? 0
  const endOf = (node: number | undefined): number => document.ends[node ?? -1] ?? 0
  if (removed.size === elements.length) {
    return [{ start: startOf(elements[0]), end: endOf(elements.at(-1)), text: otherwise }]
  }
  const firstKept = elements.findIndex((element) => !removed.has(element))
  const head =
    firstKept === 0
      ? []
      : [{ start: startOf(elements[0]), end: startOf(elements[firstKept]), text: '' }]
  const rest = elements.flatMap((element, position): Patch[] =>
    position > firstKept && removed.has(element)
      ? [{ start: endOf(elements[position - 1]), end: endOf(element), text: '' }]
      : [],
  )
  return [...head, ...rest]
}
