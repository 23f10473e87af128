/** What a test or a person may tell one simulated provider to do instead of answering as usual. */
export type Behaviour =
  | { readonly kind: 'usual' }
  /** Exactly this. */
  | {
      readonly kind: 'reply'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body: string
    }
  /** An error in the provider's own shape. */
  | { readonly kind: 'error'; readonly status: number; readonly message?: string }
  | { readonly kind: 'rate-limit'; readonly retryAfterS: number }
  /** An error whose message holds the whole request body. */
  | { readonly kind: 'echo'; readonly status: number }
  /** Points to another host; 307 asks to re-post the body there. */
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** Reads the request and never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection instead of answering. */
  | { readonly kind: 'drop' }
  /** 200, and then bytes that are no reply of any kind. */
  | { readonly kind: 'garbage' }
  /** Sends so many frames of a stream, then stops: `reset` breaks the connection, `end` closes it in order. */
  | { readonly kind: 'cut'; readonly afterFrames: number; readonly how: 'reset' | 'end' }
  /** Promises the whole body, sends half, and breaks the connection. */
  | { readonly kind: 'half-body' }
  /** Leaves the last frame of a stream out, such as `[DONE]` or `message_stop`. */
  | { readonly kind: 'no-end' }
  | { readonly kind: 'no-usage' }
  /** Answers as usual once this resolves. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  /** Sends so many frames, and the rest once this resolves. */
  | { readonly kind: 'pause'; readonly afterFrames: number; readonly until: Promise<unknown> }
  /** Waits before answering. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Waits before each frame. */
  | { readonly kind: 'slow'; readonly frameDelayMs: number }
