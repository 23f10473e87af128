/** True if the code's remainder by ISO/IEC 7064 MOD 97-10 is 1, with its first four characters moved to the end (ISO 13616). */
export function isMod97(code: string): boolean {
  let remainder = 0
  for (let i = 0; i < code.length; i++) {
    const unit = code.charCodeAt((i + 4) % code.length)
    const value = unit >= 0x41 ? unit - 55 : unit - 48
    remainder = (value > 9 ? remainder * 100 + value : remainder * 10 + value) % 97
  }
  return remainder === 1
}
