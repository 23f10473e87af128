import type { Pin, Pinned } from '../domain/pin.ts'
import type { RequestFacts } from '../domain/request.ts'
import type { Usage } from '../domain/usage.ts'
import type { Candidate } from './candidates.ts'
import { expectedCost } from './quotes.ts'

/**
 * How long a prompt cache keeps what nobody reads. OpenAI: 5 to 10 minutes (https://platform.openai.com/docs/guides/prompt-caching);
 * Anthropic: 5 minutes, or an hour for those who ask and pay for it (https://platform.claude.com/docs/en/build-with-claude/prompt-caching).
 */
const CACHE_MS = 5 * 60_000
const LONG_CACHE_MS = 60 * 60_000

/** Shorter prompts are not cached: 1,024 tokens at OpenAI and at most models of Anthropic (the same pages). */
const CACHED_TOKENS_MIN = 1024

/** Our choice: the figures are estimates, so moving to another model has to promise a tenth. */
const MOVES_BELOW = 0.9

/** A text has about one token in four bytes. Source: OpenAI's and Anthropic's own rules of thumb for English. */
const BYTES_PER_TOKEN = 4

type Followed = {
  readonly ordered: readonly Candidate[]
  /** Undefined if there was no pin. */
  readonly pinned: Pinned | undefined
}

/**
 * Puts the candidate that a conversation is pinned to before the others of its rank, unless the best of those is cheaper although it
 * would have to read the whole prompt anew. Candidates are permitted, able, affordable and healthy already: none is added, none is
 * dropped, and no rank of the route is passed over.
 */
export function followPin(
  ordered: readonly Candidate[],
  pin: Pin | undefined,
  request: RequestFacts,
  nowMs: number,
): Followed {
  if (pin === undefined) return { ordered, pinned: undefined }
  const at = ordered.findIndex(({ offer }) => isAt(offer, pin))
  const pinned = ordered[at]
  const said = (outcome: Pinned['outcome'], cachedTokens: number): Pinned => ({
    destination: pin.destination,
    model: pin.model,
    outcome,
    cachedTokens,
  })
  if (pinned === undefined) return { ordered, pinned: said('unavailable', 0) }
  const lead = ordered.findIndex(({ place }) => place.rank === pinned.place.rank)
  const leader = ordered[lead] ?? pinned
  const cached = expectedReads(pin, request, nowMs)
  const staying = lead === 0 ? 'stays' : 'route-prefers'
  if (at === lead) return { ordered, pinned: said(staying, cached) }
  const there = costAt(leader, request, pin, 0)
  const here = costAt(pinned, request, pin, cached)
  if (there < here * MOVES_BELOW) return { ordered, pinned: said('cheaper-elsewhere', cached) }
  const others = ordered.filter((one) => one !== pinned)
  return { ordered: others.toSpliced(lead, 0, pinned), pinned: said(staying, cached) }
}

const isAt = (offer: Candidate['offer'], { destination, model }: Pin): boolean =>
  offer.destination === destination && offer.model === model

/** Tokens of a request that the pinned destination can be expected to have in its prompt cache. */
export function expectedReads(
  pin: Pin,
  { promptBytes, handling }: Pick<RequestFacts, 'promptBytes' | 'handling'>,
  nowMs: number,
): number {
  if (pin.isUncached || pin.promptTokens < CACHED_TOKENS_MIN) return 0
  if (nowMs - pin.atMs > (handling.longCache ? LONG_CACHE_MS : CACHE_MS)) return 0
  // A conversation that was shortened, or another one that began alike, has no more to read than it holds.
  return Math.min(pin.promptTokens, tokensOf(promptBytes))
}

const tokensOf = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN)

/** What the request will probably cost at a candidate: its answer as long as the last one. */
function costAt(
  { quote, outputTokensMax }: Candidate,
  { promptBytes, choices }: RequestFacts,
  { outputTokens }: Pin,
  cachedTokens: number,
): number {
  return expectedCost(quote, {
    input: tokensOf(promptBytes) - cachedTokens,
    cachedInput: cachedTokens,
    output: outputTokens ?? outputTokensMax * choices,
  })
}

/** Where a request of a conversation was answered. */
type Answered = {
  readonly destination: string
  readonly model: string
  /** Null if the provider did not say. */
  readonly usage: Usage | null
  /** Our own estimate of the prompt, for then. */
  readonly inputTokens: number
  readonly atMs: number
}

/** The pin of a conversation after an answer; `before` is the one that it had. */
export function pinAfter(before: Pin | undefined, answered: Answered): Pin {
  const { destination, model, usage, inputTokens, atMs } = answered
  const known = before?.destination === destination && before.model === model ? before : undefined
  if (usage === null) {
    const isUncached = known?.isUncached ?? false
    return {
      destination,
      model,
      promptTokens: inputTokens,
      outputTokens: undefined,
      isUncached,
      atMs,
    }
  }
  const { input, cachedInput, cacheWrite5m, cacheWrite1h, output } = usage
  const written = cacheWrite5m + cacheWrite1h
  return {
    destination,
    model,
    promptTokens: input + cachedInput + written,
    outputTokens: output,
    isUncached: cachedInput + written === 0 && wasExpected(known, atMs),
    atMs,
  }
}

/** Whether an answer should have come with reads, were there a cache. What was never seen to be read is not expected again. */
const wasExpected = (known: Pin | undefined, atMs: number): boolean =>
  known !== undefined &&
  (known.isUncached || (known.promptTokens >= CACHED_TOKENS_MIN && atMs - known.atMs <= CACHE_MS))
