/** Luhn check (ISO/IEC 7812-1, annex B) of the `length` digit values from `from`. */
export function isLuhn(digits: ArrayLike<number>, from: number, length: number): boolean {
  let sum = 0
  for (let i = 0; i < length; i++) {
    const digit = digits[from + length - 1 - i] ?? 0
    const doubled = i % 2 === 0 ? digit : digit * 2
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
