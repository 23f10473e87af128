/** Reading what a client sent, without trusting it: a value of another type counts as absent. */
export type Fields = { readonly [key: string]: unknown }

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const fields = (value: unknown): Fields => (isFields(value) ? value : {})

export const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

export const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined

export const isPresent = (value: unknown): boolean => value !== undefined && value !== null

export function parseFields(body: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Tokens as every simulation counts them: a quarter of the UTF-8 bytes, rounded up. */
export const tokensOf = (value: string): number => Math.ceil(Buffer.byteLength(value) / 4)
