/**
 * True if the Social Security Administration could have issued the number: no area 000, 666 or 900–999, no group 00,
 * no serial 0000 (SSA, "Social Security Number Randomization"); nor one of two that were printed in advertisements.
 */
export function isSsn(area: number, group: number, serial: number): boolean {
  if (area === 0 || area === 666 || area >= 900 || group === 0 || serial === 0) return false
  return !(
    (area === 78 && group === 5 && serial === 1120) ||
    (area === 219 && group === 9 && serial === 9999)
  )
}
