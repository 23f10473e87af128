/** A row of a FOCUS file as text; null is an empty field. */
export type FocusCells = Readonly<Record<string, string | null>>

/** Decimal text as an exact fraction of a power of ten; undefined if it is no decimal. */
export function decimalOf(
  text: string,
): { readonly units: bigint; readonly scale: number } | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (match === null) return undefined
  const fraction = match[3] ?? ''
  const units = BigInt(`${match[2] ?? ''}${fraction}`)
  return { units: match[1] === '-' ? -units : units, scale: fraction.length }
}

/** Whether a × b = c, to the last digit. */
export function isProduct(a: string, b: string, c: string): boolean {
  const [x, y, result] = [decimalOf(a), decimalOf(b), decimalOf(c)]
  if (x === undefined || y === undefined || result === undefined) return false
  return (
    x.units * y.units * 10n ** BigInt(result.scale) ===
    result.units * 10n ** BigInt(x.scale + y.scale)
  )
}

/** FOCUS wants `YYYY-MM-DDTHH:mm:ssZ` and a time that exists. */
export const isFocusTime = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(Date.parse(text)).toISOString() === text.replace('Z', '.000Z')

/** ISO 4217 as far as its form goes; that a code is in use is a question for a list that changes. */
export const isCurrency = (text: string): boolean => /^[A-Z]{3}$/.test(text)

/** A flat JSON object: keys are unique, values are text, number, boolean or null. */
export function isKeyValue(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    return Object.values(value).every((each) => each === null || typeof each !== 'object')
  } catch {
    return false
  }
}

/**
 * UnitFormat of FOCUS: capitalised units, optionally counted ("1000 Tokens"), combined ("GB-Hours") or per time
 * ("GB/Hour"). Stricter than the official validator, which lets lower-case "tokens" pass.
 */
export const isUnit = (text: string): boolean =>
  /^(?:\d+ )?[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)*(?:\/(?:\d+ )?[A-Z][A-Za-z]*)?$/.test(text)

/** Text that says something: not empty, not padded, not one of the spellings of "nothing". */
export const isText = (text: string): boolean =>
  text !== '' && text === text.trim() && !/^(?:null|n\/a|na|none)$/i.test(text)
