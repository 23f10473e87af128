/** Micro-dollars per million tokens times tokens is pico-dollars: 1 USD = 10^12 pico-dollars. */
const PICO_PER_USD = 1_000_000_000_000n
export const PICO_PER_MICRO_USD = 1_000_000n

/** Exact decimal dollars, without trailing zeros: 1_500_000_000n is "0.0015". */
export function formatUsd(picoUsd: bigint): string {
  const sign = picoUsd < 0n ? '-' : ''
  const magnitude = picoUsd < 0n ? -picoUsd : picoUsd
  const fraction = String(magnitude % PICO_PER_USD)
    .padStart(12, '0')
    .replace(/0+$/, '')
  const whole = String(magnitude / PICO_PER_USD)
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`
}

/** Pico-dollars of a decimal dollar amount such as "0.05"; undefined if it is not one or finer than a pico-dollar. */
export function parseUsd(text: string): bigint | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,12}))?$/.exec(text)
  if (match === null) return undefined
  return BigInt(match[1] ?? '0') * PICO_PER_USD + BigInt((match[2] ?? '').padEnd(12, '0'))
}
