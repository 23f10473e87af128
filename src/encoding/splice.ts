import { children, keyOf } from './json-document.ts'
import type { JsonDocument } from './json-scan.ts'

/** Replaces `[start, end)` of a text, in UTF-16 code units; an insertion if both are the same. */
export type Patch = { readonly start: number; readonly end: number; readonly text: string }

/** A change of one top-level member. `value` is JSON text. */
export type MemberChange =
  /** Replaces the value, or adds the member at the end. */
  | { readonly op: 'set'; readonly key: string; readonly value: string }
  | { readonly op: 'remove'; readonly key: string }
  /** Renames the key and leaves the value untouched; a member that already has the new name goes. */
  | { readonly op: 'rename'; readonly from: string; readonly to: string }

/**
 * Applies all patches to one text. A patch inside the span of a larger one is dropped with it; of two with the same
 * span the first given wins.
 *
 * @throws RangeError if two spans overlap without one holding the other: a bug in the caller.
 */
export function splice(text: string, patches: readonly Patch[]): string {
  const ordered = patches.toSorted(compare)
  let out = ''
  let at = 0
  for (const { start, end, text: replacement } of ordered) {
    if (start < at) {
      if (end > at) throw new RangeError(`patches overlap at ${start}`)
      continue
    }
    out += text.slice(at, start) + replacement
    at = end
  }
  return out + text.slice(at)
}

/** By start; insertions before what they stand in front of, larger spans before those inside them. */
function compare(a: Patch, b: Patch): number {
  if (a.start !== b.start) return a.start - b.start
  const aInserts = a.end === a.start
  if (aInserts !== (b.end === b.start)) return aInserts ? -1 : 1
  return b.end - a.end
}

/** A member as it will be: where it stands now, and what of it changes. */
type Member = {
  key: string
  readonly node: number
  keyText: string | undefined
  value: string | undefined
  removed: boolean
}

/**
 * Patches that make these changes, in order, to the top-level object. Nothing that is not named is touched: not its
 * numbers, its spacing nor its order. They may be spliced together with patches inside the members' values.
 */
export function memberPatches(document: JsonDocument, changes: readonly MemberChange[]): Patch[] {
  if (changes.length === 0) return []
  const members: Member[] = children(document, 0).map((node) => ({
    key: keyOf(document, node) ?? '',
    node,
    keyText: undefined,
    value: undefined,
    removed: false,
  }))
  const added: { key: string; value: string }[] = []
  for (const change of changes) apply(members, added, change)
  const patches = members.flatMap((member) => memberPatch(document, member))
  return [...patches, ...structuralPatches(document, members, added)]
}

function apply(
  members: Member[],
  added: { key: string; value: string }[],
  change: MemberChange,
): void {
  const find = (key: string) => members.find((each) => !each.removed && each.key === key)
  const drop = (key: string) => {
    const found = find(key)
    if (found !== undefined) found.removed = true
    const index = added.findIndex((each) => each.key === key)
    if (index >= 0) added.splice(index, 1)
  }
  if (change.op === 'remove') return drop(change.key)
  if (change.op === 'set') {
    const found = find(change.key) ?? added.find((each) => each.key === change.key)
    if (found === undefined) added.push({ key: change.key, value: change.value })
    else found.value = change.value
    return
  }
  if (change.from === change.to) return
  const found = find(change.from) ?? added.find((each) => each.key === change.from)
  if (found === undefined) return
  drop(change.to)
  found.key = change.to
  if ('node' in found) found.keyText = JSON.stringify(change.to)
}

function memberPatch(document: JsonDocument, member: Member): Patch[] {
  if (member.removed) return []
  const patches: Patch[] = []
  if (member.keyText !== undefined) {
    const start = document.keyStarts[member.node] ?? 0
    patches.push({ start, end: document.keyEnds[member.node] ?? start, text: member.keyText })
  }
  if (member.value !== undefined) {
    const start = document.starts[member.node] ?? 0
    patches.push({ start, end: document.ends[member.node] ?? start, text: member.value })
  }
  return patches
}

/** Removals and additions, with the commas between what stays. */
function structuralPatches(
  document: JsonDocument,
  members: readonly Member[],
  added: readonly { key: string; value: string }[],
): Patch[] {
  const startOf = (member: Member) => document.keyStarts[member.node] ?? 0
  const endOf = (member: Member) => document.ends[member.node] ?? 0
  const addition = added.map(({ key, value }) => `${JSON.stringify(key)}:${value}`).join(',')
  const first = members[0]
  const last = members.at(-1)
  if (first === undefined || last === undefined) {
    const start = (document.starts[0] ?? 0) + 1
    return addition === '' ? [] : [{ start, end: start, text: addition }]
  }
  const kept = members.filter(({ removed }) => !removed)
  const lastKept = kept.at(-1)
  if (lastKept === undefined) return [{ start: startOf(first), end: endOf(last), text: addition }]
  const patches: Patch[] = []
  const firstKept = kept[0] ?? lastKept
  if (firstKept !== first)
    patches.push({ start: startOf(first), end: startOf(firstKept), text: '' })
  // Between two that stay, what is cut starts after the first one's value, so that one comma is left.
  let previous = firstKept
  let gap: Member | undefined
  for (const member of members.slice(members.indexOf(firstKept) + 1)) {
    if (member.removed) gap = member
    else {
      if (gap !== undefined) patches.push({ start: endOf(previous), end: endOf(gap), text: '' })
      previous = member
      gap = undefined
    }
  }
  const tail = { start: endOf(lastKept), end: endOf(last) }
  if (addition !== '') patches.push({ ...tail, text: `,${addition}` })
  else if (last !== lastKept) patches.push({ ...tail, text: '' })
  return patches
}
