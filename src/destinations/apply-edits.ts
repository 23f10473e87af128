import { member } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { memberPatches, splice, type MemberChange } from '../encoding/splice.ts'
import type { Edit } from './destination.ts'

/** The body with all edits made, in order; everything else stays as the client wrote it. */
export const applyEdits = (document: JsonDocument, edits: readonly Edit[]): string =>
  splice(document.text, memberPatches(document, editChanges(document, edits)))

/** The same as changes of members, for making them together with others. */
export const editChanges = (document: JsonDocument, edits: readonly Edit[]): MemberChange[] =>
  edits.flatMap((edit) => changeOf(document, edit))

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

function isGiven(document: JsonDocument, field: string): boolean {
  const node = member(document, 0, field)
  return node >= 0 && document.kinds[node] !== NODE.null
}

function hasTools(document: JsonDocument): boolean {
  const node = member(document, 0, 'tools')
  return node >= 0 && document.kinds[node] === NODE.array && document.nexts[node] !== node + 1
}
