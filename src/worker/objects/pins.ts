import type { Pin } from '../../domain/pin.ts'
import type { ConversationChoice, SettleRequest } from '../../journal/messages.ts'
import { pinAfter } from '../../router/affinity.ts'

/** No prompt cache that we know keeps anything for longer without being asked to pay for it. */
const PIN_MS = 60 * 60_000

/** An attempt of a conversation that has not ended yet. */
type Open = ConversationChoice & { readonly inputTokens: number }

/**
 * Where conversations of one tenant were answered last: in memory only, the most recent ones, for an hour. An isolate keeps its own;
 * the journal's are what all isolates share. Losing them costs a prompt cache, nothing else.
 */
export class Pins {
  readonly #pins = new Map<string, Pin>()
  readonly #open = new Map<string, Open>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  of(conversation: string, nowMs: number): Pin | undefined {
    const pin = this.#pins.get(conversation)
    return pin !== undefined && nowMs - pin.atMs < PIN_MS ? pin : undefined
  }

  set(conversation: string, pin: Pin): void {
    put(this.#pins, conversation, pin, this.#max)
  }

  /** The pin that an attempt should know and does not; undefined if it may go where it wants to. */
  unknownTo(choice: ConversationChoice, nowMs: number): Pin | undefined {
    if (!choice.asks) return undefined
    const pin = this.of(choice.id, nowMs)
    if (pin === undefined || isSame(pin, choice) || nameOf(pin) === choice.knows) return undefined
    return pin
  }

  /** An attempt is about to be sent. The first of a conversation pins it for those that come meanwhile. */
  hold(attempt: string, choice: ConversationChoice, inputTokens: number, nowMs: number): void {
    put(this.#open, attempt, { ...choice, inputTokens }, this.#max)
    if (this.of(choice.id, nowMs) !== undefined) return
    const { destination, model } = choice
    const nothing = { promptTokens: 0, outputTokens: undefined, isUncached: false }
    this.set(choice.id, { destination, model, ...nothing, atMs: nowMs })
  }

  /** An attempt has ended: an answer pins its conversation to where it came from, a failure there ends the pin. */
  settle({ attempt, outcome, usage, upstreamStatus, atMs }: SettleRequest): void {
    const open = this.#open.get(attempt)
    if (open === undefined) return
    this.#open.delete(attempt)
    const { id, destination, model, inputTokens } = open
    const before = this.#pins.get(id)
    if (outcome === 'ok' || (outcome === 'client-gone' && usage !== null)) {
      this.set(id, pinAfter(before, { destination, model, usage, inputTokens, atMs }))
    } else if (
      before !== undefined &&
      isSame(before, open) &&
      isItsFault(outcome, upstreamStatus)
    ) {
      this.#pins.delete(id)
    }
  }
}

/** What was put in last is what is thrown out last. */
function put<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= max) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}

const isSame = (
  a: Pick<Pin, 'destination' | 'model'>,
  b: Pick<Pin, 'destination' | 'model'>,
): boolean => a.destination === b.destination && a.model === b.model

/** A pin in one word, for requests that know it. */
export const nameOf = ({ destination, model }: Pick<Pin, 'destination' | 'model'>): string =>
  `${destination}/${model}`

/** A request that is wrong is so everywhere; who left did not fail either. */
const isItsFault = (outcome: SettleRequest['outcome'], status: number | null): boolean =>
  outcome === 'timeout' ||
  outcome === 'cut-off' ||
  (outcome === 'upstream-error' &&
    (status === null || status < 400 || status === 408 || status === 429 || status >= 500))
