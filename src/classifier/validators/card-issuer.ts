/**
 * True if a card scheme issues numbers of this length under this prefix (issuer identification number, ISO/IEC 7812).
 *
 * Ranges as the schemes publish them: Visa 4; Mastercard 51–55, 2221–2720; American Express 34, 37; Discover 6011,
 * 644–649, 65; Diners Club 300–305, 36, 38, 39; JCB 3528–3589; UnionPay 62, 81; Maestro 50, 56–58, 6304, 6759, 676x;
 * RuPay 60, 82, 508; Mir 2200–2204; UATP 1; Verve and Elo are inside these.
 */
export function hasIssuer(digits: ArrayLike<number>, from: number, length: number): boolean {
  const prefix = (count: number): number => {
    let value = 0
    for (let i = 0; i < count; i++) value = value * 10 + (digits[from + i] ?? 0)
    return value
  }
  const two = prefix(2)
  const four = prefix(4)
  if (digits[from] === 1) return length === 15
  if (digits[from] === 4) return length === 16 || length === 13 || length === 19
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return length === 16
  if (two === 34 || two === 37) return length === 15
  if (two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059)) {
    return length === 14 || length === 16 || length === 19
  }
  if (four === 6011 || two === 65 || (four >= 6440 && four <= 6499)) {
    return length === 16 || length === 19
  }
  if (four >= 3528 && four <= 3589) return length >= 16 && length <= 19
  if (two === 62 || two === 81) return length >= 16 && length <= 19
  if (four >= 2200 && four <= 2204) return length >= 16 && length <= 19
  if (two === 60 || two === 82) return length === 16
  if (two === 50 || (two >= 56 && two <= 58) || four === 6304 || four === 6759 || two === 67) {
    return length >= 12 && length <= 19
  }
  return false
}
