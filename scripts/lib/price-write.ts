import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml'
import * as z from 'zod'
import { Price } from '../../src/domain/catalog.ts'
import { err, ok, type Result } from '../../src/domain/result.ts'
import { priceProblems } from '../../src/pricing/book.ts'

/** A price to put in force: a new line, never a change of one that entries may point at. */
export type NewPrice = Pick<Price, 'destination' | 'model' | 'meters' | 'tiers' | 'source'>

const Prices = z.strictObject({ prices: z.array(Price) })

/**
 * `prices.yaml` with new prices from a day on. The line in force then gets a `validTo`, its only change ever; the new one
 * ends where the old one would have. All other bytes, comments included, stay as they are.
 *
 * @param from the first day, in the future: what was served until then keeps its price
 */
export function appendPrices(
  text: string,
  added: readonly NewPrice[],
  from: string,
): Result<string, readonly string[]> {
  let written = text
  for (const price of added) {
    const next = appendOne(written, price, from)
    if (!next.ok) return next
    written = next.value
  }
  const problems = priceProblems(Prices.parse(parseDocument(written).toJS()).prices)
  return problems.length === 0 ? ok(written) : err(problems)
}

function appendOne(text: string, price: NewPrice, from: string): Result<string, readonly string[]> {
  const document = parseDocument(text)
  const list = document.get('prices')
  if (!isSeq(list)) return err(['prices: a list is expected'])
  const { prices } = Prices.parse(document.toJS())
  const version = `${price.destination}/${price.model}@${from}`
  if (prices.some((line) => line.version === version)) return err([`${version} is there already`])
  const at = prices.findIndex((line) => isInForce(line, price, from))
  const held = prices[at]
  const item = at === -1 ? undefined : list.items[at]
  if (held === undefined || !isMap(item)) {
    const next = prices.filter((line) => isOf(line, price) && line.validFrom > from)
    const until = next.map(({ validFrom }) => validFrom).toSorted()[0]
    return ok(`${text.trimEnd()}\n${linesOf(price, version, from, until)}`)
  }
  if (held.validFrom === from) return err([`${held.version} begins on the same day`])
  return ok(withSuccessor(text, item, linesOf(price, version, from, held.validTo), from))
}

const isOf = (line: Price, { destination, model }: NewPrice): boolean =>
  line.destination === destination &&
  line.model === model &&
  (line.layer ?? 'catalogue') === 'catalogue'

const isInForce = (line: Price, price: NewPrice, day: string): boolean =>
  isOf(line, price) && line.validFrom <= day && day < (line.validTo ?? '9999')

/** Ends the old line and writes the new one under it, by the places at which the document says that they are. */
function withSuccessor(text: string, item: YAMLMap, lines: string, from: string): string {
  const end = rangeOf(item.items.at(-1)?.value, 1)
  const after = lineEnd(text, end)
  const successor = `${text.slice(0, after)}\n${lines.trimEnd()}${text.slice(after)}`
  const validTo = item.get('validTo', true)
  if (isScalar(validTo)) {
    return `${successor.slice(0, rangeOf(validTo, 0))}'${from}'${successor.slice(rangeOf(validTo, 1))}`
  }
  const start = lineEnd(text, rangeOf(item.get('validFrom', true), 1))
  return `${successor.slice(0, start)}\n    validTo: '${from}'${successor.slice(start)}`
}

/** Where a node's text begins (0) or ends (1). @throws TypeError if the document was not read from text. */
function rangeOf(node: unknown, side: 0 | 1): number {
  const range = z.object({ range: z.tuple([z.number(), z.number(), z.number()]) }).parse(node).range
  return range[side]
}

function lineEnd(text: string, from: number): number {
  // A block ends behind its line break, a scalar before it.
  const start = text[from - 1] === '\n' ? from - 1 : from
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}

const linesOf = (
  { destination, model, meters, tiers, source }: NewPrice,
  version: string,
  from: string,
  until: string | undefined,
): string =>
  [
    `  - version: ${version}`,
    `    destination: ${destination}`,
    `    model: ${model}`,
    `    validFrom: '${from}'`,
    ...(until === undefined ? [] : [`    validTo: '${until}'`]),
    `    meters: ${flow(meters)}`,
    ...(tiers.length === 0 ? [] : ['    tiers:']),
    ...tiers.flatMap((tier) => [
      `      - aboveInputTokens: ${tier.aboveInputTokens}`,
      `        meters: ${flow(tier.meters)}`,
    ]),
    `    source: '${source.replaceAll("'", "''")}'`,
    '',
  ].join('\n')

const flow = (meters: Price['meters']): string =>
  `{ ${Object.entries(meters)
    .map(([name, rate]) => `${name}: ${rate}`)
    .join(', ')} }`
