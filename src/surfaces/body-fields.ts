import type { Refusal } from '../domain/refusal.ts'
import { children, keyOf, sourceOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument, type NodeKind } from '../encoding/json-scan.ts'

/** The members of an object, each with the node of its value. */
export type Members = ReadonlyMap<string, number>

export type Invalid = Extract<Refusal, { code: 'invalid_request' }>

export const invalid = (param: string | null, message: string): Invalid => ({
  code: 'invalid_request',
  param,
  message,
})

/** What a field may hold; every field that is not required may also be null. */
export type FieldForm =
  | 'string'
  | 'boolean'
  | 'count'
  | 'integer'
  | 'number'
  | 'array'
  | 'object'
  | 'string-or-array'
  | 'string-or-object'
  | 'object-or-array'
  | 'any'

const FORMS: Readonly<Record<FieldForm, { kinds: readonly NodeKind[]; words: string }>> = {
  string: { kinds: [NODE.string], words: 'a string' },
  boolean: { kinds: [NODE.true, NODE.false], words: 'true or false' },
  count: { kinds: [NODE.number], words: 'a whole number of at least 0' },
  integer: { kinds: [NODE.number], words: 'a whole number' },
  number: { kinds: [NODE.number], words: 'a number' },
  array: { kinds: [NODE.array], words: 'an array' },
  object: { kinds: [NODE.object], words: 'an object' },
  'string-or-array': { kinds: [NODE.string, NODE.array], words: 'a string or an array' },
  'string-or-object': { kinds: [NODE.string, NODE.object], words: 'a string or an object' },
  'object-or-array': { kinds: [NODE.object, NODE.array], words: 'an object or an array' },
  any: { kinds: Object.values(NODE), words: 'any value' },
}

const WHOLE: Readonly<Partial<Record<FieldForm, RegExp>>> = {
  count: /^\d{1,15}$/,
  integer: /^-?\d{1,15}$/,
}

/** The members of an object; of two names for one field (`snake_case` and `camelCase`) the one that `nameOf` gives. */
export function membersOf(
  document: JsonDocument,
  node: number,
  nameOf: (key: string) => string = (key) => key,
): Members {
  const members = new Map<string, number>()
  if (document.kinds[node] !== NODE.object) return members
  for (const child of children(document, node)) {
    members.set(nameOf(keyOf(document, child) ?? ''), child)
  }
  return members
}

/** The first field that holds what it may not; `where` stands before its name. */
export function checkForms(
  document: JsonDocument,
  members: Members,
  forms: Readonly<Record<string, FieldForm>>,
  required: readonly string[] = [],
  where = '',
): Invalid | undefined {
  for (const name of required) {
    const form = forms[name] ?? 'any'
    if (!members.has(name))
      return invalid(where + name, `\`${where}${name}\` is missing: ${FORMS[form].words}.`)
  }
  for (const [name, node] of members) {
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined
    if (form === undefined) continue
    const kind = document.kinds[node] ?? NODE.null
    if (kind === NODE.null && !required.includes(name)) continue
    const { kinds, words } = FORMS[form]
    const whole = WHOLE[form]
    if (!kinds.includes(kind) || whole?.test(sourceOf(document, node)) === false) {
      return invalid(where + name, `\`${where}${name}\` must be ${words}.`)
    }
  }
  return undefined
}

/** Whether a member is there and says something. */
export const isGiven = (document: JsonDocument, members: Members, name: string): boolean => {
  const node = members.get(name)
  return node !== undefined && document.kinds[node] !== NODE.null
}

export const textMember = (
  document: JsonDocument,
  members: Members,
  name: string,
): string | undefined => stringOf(document, members.get(name) ?? -1)
