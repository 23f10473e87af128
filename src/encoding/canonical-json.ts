/**
 * Canonical JSON after RFC 8785: members sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them.
 *
 * Equal values give equal text, so the text can be hashed. Members whose value is undefined are absent, as in JSON.stringify.
 *
 * @throws TypeError for what JSON cannot hold: a bigint, a function, NaN or Infinity, a lone surrogate, undefined in an array.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (typeof value === 'string') return canonicalString(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') return canonicalObject(value)
  throw new TypeError(`JSON cannot hold a ${typeof value} such as this`)
}

function canonicalObject(value: object): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const texts = members.map(([key, member]) => `${canonicalString(key)}:${canonicalJson(member)}`)
  return `{${texts.join(',')}}`
}

function canonicalString(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('JSON cannot hold a lone surrogate')
  return JSON.stringify(text)
}
