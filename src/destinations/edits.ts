import type { Json } from '../domain/json.ts'
import type { Edit } from './destination.ts'

export const set = (field: string, value: Json): Edit => ({ op: 'set', field, value })

export const rename = (from: string, to: string): Edit => ({ op: 'rename', from, to })

export const remove = (field: string): Edit => ({ op: 'remove', field })

/** For requests with tools that leave the field out. */
export const defaultWithTools = (field: string, value: Json): Edit => ({
  op: 'default',
  field,
  value,
  when: 'tools',
})
