import type { Json, JsonObject } from '../domain/json.ts'

/** An object of somebody else's JSON: only the fields that are read are looked at. */
export type Foreign = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Foreign =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const objectOf = (value: unknown): Foreign => (isObject(value) ? value : {})

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const objectsOf = (value: unknown): readonly Foreign[] => listOf(value).filter(isObject)

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined

export const flagOf = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined

/** A count of tokens: a whole number from 0; undefined for anything else. */
export const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** The object that a JSON text holds; undefined if it is not one, or not JSON. */
export function parseObject(text: string): Foreign | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined // what to make of it is the caller's to decide
  }
}

/** For values that come from JSON.parse: whatever is there at all is JSON. */
export const isJson = (value: unknown): value is Json => value !== undefined

/** For values that come from JSON.parse. */
export const jsonObjectOf = (value: unknown): JsonObject | undefined =>
  isJsonObject(value) ? value : undefined

export const jsonObjectsOf = (value: unknown): JsonObject[] => listOf(value).filter(isJsonObject)

const isJsonObject = (value: unknown): value is JsonObject => isObject(value)

/** The same members without those that are undefined, for building JSON. */
export function defined(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const out: Record<string, Json> = {}
  for (const [key, value] of Object.entries(members)) if (value !== undefined) out[key] = value
  return out
}
