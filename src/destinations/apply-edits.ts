import { children, keyOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { memberPatches, splice, type MemberChange, type Patch } from '../encoding/splice.ts'
import type { Edit } from './destination.ts'

/** The body with all edits made, in order; everything else stays as the client wrote it. */
export const applyEdits = (document: JsonDocument, edits: readonly Edit[]): string =>
  splice(document.text, editPatches(document, edits))

/** The same as patches, for splicing together with others inside the values. */
export function editPatches(document: JsonDocument, edits: readonly Edit[]): Patch[] {
  return memberPatches(
    document,
    edits.flatMap((edit) => changeOf(document, edit)),
  )
}

function changeOf(document: JsonDocument, edit: Edit): MemberChange[] {
  switch (edit.op) {
    case 'set':
      return [{ op: 'set', key: edit.field, value: JSON.stringify(edit.value) }]
    case 'remove':
      return [{ op: 'remove', key: edit.field }]
    case 'rename':
      return [{ op: 'rename', from: edit.from, to: edit.to }]
    case 'default': {
      if (edit.when === 'tools' && !hasTools(document)) return []
      if (isGiven(document, edit.field)) return []
      return [{ op: 'set', key: edit.field, value: JSON.stringify(edit.value) }]
    }
  }
}

const find = (document: JsonDocument, field: string): number | undefined =>
  children(document, 0).find((node) => keyOf(document, node) === field)

function isGiven(document: JsonDocument, field: string): boolean {
  const node = find(document, field)
  return node !== undefined && document.kinds[node] !== NODE.null
}

function hasTools(document: JsonDocument): boolean {
  const node = find(document, 'tools')
  return (
    node !== undefined && document.kinds[node] === NODE.array && document.nexts[node] !== node + 1
  )
}
