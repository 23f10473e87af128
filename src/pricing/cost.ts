import type { Price } from '../domain/catalog.ts'
import type { Usage } from '../domain/usage.ts'
import { bandsOf, countOf } from './meters.ts'

/**
 * What an exchange cost, in pico-dollars, exactly: micro-dollars per million tokens times tokens.
 *
 * The tier follows from all input tokens together, cached and written ones included, and holds for every meter of the request.
 *
 * @throws RangeError if a count is negative or not whole: whoever reads a provider's figures checks them first.
 */
export function costOf(usage: Usage, price: Price): bigint {
  const input = countOf('input', usage.input)
  const cachedInput = countOf('cachedInput', usage.cachedInput)
  const cacheWrite5m = countOf('cacheWrite5m', usage.cacheWrite5m)
  const cacheWrite1h = countOf('cacheWrite1h', usage.cacheWrite1h)
  const output = countOf('output', usage.output)

  const total = input + cachedInput + cacheWrite5m + cacheWrite1h
  const band = bandsOf(price).findLast(({ above }) => total > above)
  if (band === undefined) throw new RangeError(`price ${price.version} has no band for ${total}`)

  return (
    input * BigInt(band.meters.input) +
    cachedInput * BigInt(band.meters.cachedInput) +
    cacheWrite5m * BigInt(band.meters.cacheWrite5m) +
    cacheWrite1h * BigInt(band.meters.cacheWrite1h) +
    output * BigInt(band.meters.output)
  )
}
