/** Types of English streets that mean little else, and others that need a sign beside them. */
const STRONG = new Set(
  (
    'Street St Str Avenue Ave Av Road Rd Boulevard Blvd Lane Ln Drive Dr Highway Hwy Parkway Pkwy Crescent Cres Terrace ' +
    'Close Mews Turnpike Expressway Broadway STREET ST AVENUE AVE ROAD RD BOULEVARD BLVD LANE LN DRIVE DR'
  ).split(' '),
)
const WEAK = new Set(
  (
    'Place Pl Way Court Ct Circle Cir Square Sq Plaza Trail Trl Loop Row Walk Gardens Grove Hill Alley Quay Parade ' +
    'Esplanade Green Rise Glen Bend Run Point Cove Ridge View Park Mall Marg Nagar Broadway'
  ).split(' '),
)
/** A street of one word. */
const ALONE = new Set(['Broadway'])
const DIRECTION =
  /^(?:[NS]\.?[EW]?\.?|[EW]\.?|North|South|East|West|Northeast|Northwest|Southeast|Southwest)$/

/** Words of a street with its type. */
const WORDS_MAX = 6
const WORD = /[\w\u00c0-\u024f'’.-]{1,25}/y
const ORDINAL = /^\d{1,3}(?:st|nd|rd|th)$/i

export type StreetAhead = { readonly end: number; readonly isStrong: boolean }

/** `Main St.`, `North 2nd Street`, `Elm Court` behind a house number that ends at `from`. */
export function streetAhead(text: string, from: number): StreetAhead | undefined {
  let at = from
  for (let count = 0; count < WORDS_MAX; count++) {
    if (text.charCodeAt(at) !== 0x20) return undefined
    WORD.lastIndex = at + 1
    const written = WORD.exec(text)?.[0]
    if (written === undefined) return undefined
    const word = written.endsWith('.') ? written.slice(0, -1) : written
    const isType = count > 0 ? STRONG.has(word) || WEAK.has(word) : ALONE.has(word)
    const end = at + 1 + word.length
    if (isType && !isMoreName(text, end, word)) return { end, isStrong: STRONG.has(word) }
    const code = word.charCodeAt(0)
    const isName = (code >= 0x41 && code <= 0x5a) || (code >= 0xc0 && code <= 0xde)
    if (!isName && !ORDINAL.test(word)) return undefined
    if (count > 3 && !DIRECTION.test(word)) return undefined
    at += 1 + written.length
  }
  return undefined
}

/** `St Mary Road`: the saint is no street. `Park Avenue`: the park is none if a type follows. */
function isMoreName(text: string, end: number, word: string): boolean {
  WORD.lastIndex = end + 1
  if (text.charCodeAt(end) !== 0x20) return false
  const next = WORD.exec(text)?.[0].replace(/\.$/, '') ?? ''
  return word !== next && (STRONG.has(next) || (WEAK.has(next) && !STRONG.has(word)))
}
