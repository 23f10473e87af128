/** What a reader of words needs to know of a UTF-16 code unit. */
export const LETTER = 1
export const CAPITAL = 2
export const DIGIT = 4
export const SPACE = 8

/** Latin, Greek and Cyrillic with their extensions: the scripts with capitals that are covered. */
const CASED_END = 0x530
/** Further Latin (Vietnamese, among others) and Greek. */
const EXTENDED_FROM = 0x1e00
const EXTENDED_TO = 0x2000

/** By code unit, 0 for all that is neither letter, digit nor space. */
export const KINDS: Uint8Array = buildKinds()
/** The small letter of each code unit, itself where there is none. */
export const SMALL: Uint16Array = buildSmall()

function isCased(code: number): boolean {
  return code < CASED_END || (code >= EXTENDED_FROM && code < EXTENDED_TO)
}

function buildKinds(): Uint8Array {
  const kinds = new Uint8Array(0x10000)
  for (let code = 0; code < EXTENDED_TO; code++) {
    if (!isCased(code)) continue
    const character = String.fromCharCode(code)
    if (/\p{L}/u.test(character))
      kinds[code] = /\p{Lu}/u.test(character) ? LETTER | CAPITAL : LETTER
  }
  // Marks that combine with the letter before them.
  kinds.fill(LETTER, 0x300, 0x370)
  kinds.fill(DIGIT, 0x30, 0x3a)
  for (const code of [0x09, 0x20, 0x0b, 0x0c, 0x0d, 0xa0, 0x202f, 0x3000]) kinds[code] = SPACE
  kinds.fill(SPACE, 0x2000, 0x200b)
  return kinds
}

function buildSmall(): Uint16Array {
  const small = Uint16Array.from({ length: 0x10000 }, (_, code) => code)
  for (let code = 0; code < EXTENDED_TO; code++) {
    if (((KINDS[code] ?? 0) & CAPITAL) === 0) continue
    const lower = String.fromCharCode(code).toLowerCase()
    if (lower.length === 1) small[code] = lower.charCodeAt(0)
  }
  return small
}
