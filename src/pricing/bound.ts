import type { Price } from '../domain/catalog.ts'
import type { RequestFacts } from '../domain/request.ts'
import { type Band, bandsOf, countOf, type FullMeters } from './meters.ts'

/**
 * Tokens that a chat template may add for each message or tool: turn markers, role names, separators, the wrapper around a tool's schema.
 *
 * The dearest that we know is a tool result in the Harmony format of gpt-oss, which spells out sender, recipient and channel around every message: about 20.
 * 64 leaves a factor of three.
 */
export const templateAllowanceTokens = 64

/**
 * Tokens that a provider may add once for each request: start markers, a default system prompt, the instructions for tool use.
 *
 * Anthropic publishes the largest: up to 530 for tool use with Claude 3 Opus, 346 and fewer with Claude 4
 * (https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview#pricing). 1,024 leaves a factor of two.
 */
export const requestAllowanceTokens = 1024

/** What the bound needs to know of a request. */
export type Size = Pick<RequestFacts, 'promptBytes' | 'templateParts' | 'mediaParts' | 'choices'>

/**
 * Most input tokens that a request can be billed for, or undefined if it has media and nothing bounds them.
 *
 * Byte-level BPE and SentencePiece with byte fallback never make more tokens than there are UTF-8 bytes. Not covered: a provider that
 * normalises text to something longer first (NFKC turns some 3-byte ligatures into 33 bytes), or bills tokens it does not name.
 *
 * @throws RangeError if a count is not a whole number from 0: a bug in the caller.
 */
export function inputTokensMax(size: Size, mediaTokensMax: number | undefined): number | undefined {
  const counts = [size.promptBytes, size.templateParts, size.mediaParts, mediaTokensMax ?? 0]
  for (const count of counts) countOf('a part of the size', count)
  if (size.mediaParts > 0 && mediaTokensMax === undefined) return undefined
  return (
    size.promptBytes +
    size.templateParts * templateAllowanceTokens +
    requestAllowanceTokens +
    size.mediaParts * (mediaTokensMax ?? 0)
  )
}

/**
 * Upper bound of a request's cost, in pico-dollars; undefined if nothing bounds it. Free is bounded, whatever the size.
 *
 * All input is priced at the dearest input meter and every choice at the full output limit, in whichever tier within reach comes out dearest.
 * Prices are micro-dollars per million tokens, so the products are exact: nothing is rounded.
 *
 * @param outputTokensMax of each choice
 * @throws RangeError if a count is not a whole number from 0: a bug in the caller.
 */
export function costMax(
  size: Size,
  outputTokensMax: number,
  price: Price,
  mediaTokensMax: number | undefined,
): bigint | undefined {
  const bands = bandsOf(price)
  const input = inputTokensMax(size, mediaTokensMax)
  if (input === undefined) return bands.every(isFree) ? 0n : undefined
  const output = countOf('outputTokensMax', outputTokensMax) * countOf('choices', size.choices)
  const costs = bands
    .filter(({ above }) => input > above)
    .map(({ upTo, meters }) => {
      const inputInBand = countOf('input tokens', Math.min(input, upTo))
      return inputInBand * dearestInput(meters) + output * BigInt(meters.output)
    })
  return costs.reduce((dearest, cost) => (cost > dearest ? cost : dearest), 0n)
}

const dearestInput = ({ input, cachedInput, cacheWrite5m, cacheWrite1h }: FullMeters): bigint =>
  BigInt(Math.max(input, cachedInput, cacheWrite5m, cacheWrite1h))

const isFree = ({ meters }: Band): boolean => Object.values(meters).every((rate) => rate === 0)
