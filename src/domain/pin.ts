/** Where a conversation was answered last, and what a prompt cache may hold of it there. Plain data: it crosses to the journal and back. */
export type Pin = {
  readonly destination: string
  /** Our id of the model. */
  readonly model: string
  /** Input tokens of the last request that was answered, cached ones included; 0 if none has been yet. */
  readonly promptTokens: number
  /** Output tokens of that answer; undefined if nobody said. */
  readonly outputTokens: number | undefined
  /** Reads were to be expected there, and the bill showed none: this destination does not cache this conversation. */
  readonly isUncached: boolean
  /** When that answer ended. */
  readonly atMs: number
}

/** What a pin did to a plan. */
export type Pinned = {
  readonly destination: string
  readonly model: string
  /**
   * `stays`: it comes first. `cheaper-elsewhere`: another one is, even without a cache. `route-prefers`: the route ranks another one
   * higher. `unavailable`: policy, the request or its health leave it out.
   */
  readonly outcome: 'stays' | 'cheaper-elsewhere' | 'route-prefers' | 'unavailable'
  /** Tokens that were expected to be read from its prompt cache. */
  readonly cachedTokens: number
}
