import type { Attempt } from '../domain/plan.ts'
import type { UpstreamFailure } from '../domain/refusal.ts'
import type { RequestFacts } from '../domain/request.ts'
import type { Usage } from '../domain/usage.ts'
import type { Outcome } from '../journal/messages.ts'
import { countedUsage } from '../pricing/counted.ts'
import { restoringSurface } from '../surfaces/restoring.ts'
import { decisionHeaders } from './answer.ts'
import type { Planned, Ready, Tried } from './attempt.ts'
import { timesOf } from './deadlines.ts'
import { noteFailure, noteSuccess, noteUnsent, type Failure } from './health.ts'
import type { Permit } from './permit.ts'
import { pump } from './pump.ts'
import { clientBody, openStream } from './receive.ts'
import type { Seen } from './relay.ts'
import { attemptId } from './reserve-request.ts'
import { requestIdOf, retryAfterMs, settlement } from './settle.ts'
import { reportSettlement } from './settlements.ts'
import { endedBy, endOf } from './superseded.ts'
import { send } from './upstream.ts'
import { receiveWhole, type ReceiveInput } from './whole.ts'
import type { Reach } from './world.ts'

/** An attempt that is on record: whatever happens from here, it is settled exactly once. */
export class Run {
  readonly #planned: Planned
  readonly #attempt: Attempt
  readonly #id: string
  readonly #reach: Reach
  readonly #prepared: Ready
  /** Of a stream, whose time is counted anew at its first token; the rest has one limit from the start. */
  readonly #abort: AbortController | undefined
  readonly #signal: AbortSignal
  #status: number | undefined
  #dispatchedMs = 0
  /** The client went away before the first token of its stream. */
  #isLeft = false
  #requestId: string | null = null

  constructor(planned: Planned, attempt: Attempt, number: number, reach: Reach, prepared: Ready) {
    this.#planned = planned
    this.#attempt = attempt
    this.#id = attemptId(planned.decision, number)
    this.#reach = reach
    this.#prepared = prepared
    this.#abort = planned.read.facts.stream ? new AbortController() : undefined
    this.#signal = this.#abort?.signal ?? endOf(planned)
  }

  neverSent(): Tried {
    noteUnsent(this.#planned.env, this.#planned.ctx, this.#attempt.destination)
    this.#settle('never-sent', undefined)
    return { kind: 'client-gone' }
  }

  async dispatch(permit: Permit): Promise<Tried> {
    const { env } = this.#planned
    const waits = this.#abort === undefined ? undefined : this.#limitStart(this.#abort)
    this.#dispatchedMs = Date.now()
    const reply = await send(env, permit, this.#signal)
    if (!reply.ok) {
      waits?.end()
      return this.#fail(reply.error)
    }
    waits?.headersCame()
    const response = reply.value
    this.#status = response.status
    this.#requestId = requestIdOf(response.headers)
    const tried =
      response.status >= 400
        ? await this.#errorReply(response)
        : await this.#receive(response, this.#receiveInput())
    waits?.end()
    return tried
  }

  /** Until the first token of a stream: ends the call when its head or the token is late, or the client has gone. */
  #limitStart(abort: AbortController): {
    readonly headersCame: () => void
    readonly end: () => void
  } {
    const { env, request } = this.#planned
    const { headersMs, firstTokenMs } = timesOf(env)
    const stop = (): void => abort.abort()
    const leave = (): void => {
      this.#isLeft = true
      stop()
    }
    let isHeadHere = false
    const late = (): void => {
      if (isHeadHere && headersMs < firstTokenMs) {
        timer = setTimeout(stop, firstTokenMs - headersMs)
      } else stop()
    }
    let timer = setTimeout(late, Math.min(headersMs, firstTokenMs))
    request.signal.addEventListener('abort', leave, { once: true })
    return {
      headersCame: () => {
        isHeadHere = true
      },
      end: () => {
        clearTimeout(timer)
        request.signal.removeEventListener('abort', leave)
      },
    }
  }

  #receiveInput(): ReceiveInput {
    const { surface, decision, startedMs, read, document } = this.#planned
    const { values, dialect, sameWire } = this.#prepared
    const isRestored = values.size > 0 && surface.operation === 'chat'
    return {
      surface: isRestored ? restoringSurface(surface, values, asksForJson(read.facts)) : surface,
      facts: read.facts,
      framing: read.framing,
      dialect,
      // What is put back changes the answer's bytes, so they cannot pass.
      sameWire: sameWire && !isRestored,
      usageInStream: this.#reach.destination.usageInStream,
      meta: {
        id: surface.idPrefix + decision,
        model: this.#attempt.model,
        createdS: Math.floor(startedMs / 1000),
        wantsUsage: read.facts.wantsUsageChunk,
        request: document.text,
      },
    }
  }

  async #receive(response: Response, input: ReceiveInput): Promise<Tried> {
    if (input.facts.stream && isStream(response)) return this.#stream(response, input)
    const whole = await receiveWhole(response, input, this.#signal)
    if (!whole.ok) return this.#fail(whole.error)
    this.#noteSuccess()
    this.#settle(this.#planned.request.signal.aborted ? 'client-gone' : 'ok', whole.value.seen)
    const headers = this.#headers(input.facts.stream ? streamType(input) : JSON_TYPE)
    this.#passHeaders(response.headers, headers)
    return { kind: 'answered', response: new Response(whole.value.body, { headers }) }
  }

  async #stream(response: Response, input: ReceiveInput): Promise<Tried> {
    const opened = await openStream(response, input, this.#signal)
    if (!opened.ok) return this.#fail(opened.error)
    this.#noteSuccess()
    const { ctx, request, env } = this.#planned
    const abort = this.#abort ?? new AbortController()
    const carry = async (): Promise<void> => {
      const { outcome, seen } = await pump({
        opened: opened.value,
        abort,
        client: request.signal,
        times: timesOf(env),
        destination: this.#attempt.destination,
      })
      if (outcome === 'cut-off' || outcome === 'timeout') this.#noteFailure({})
      this.#settle(outcome, seen)
    }
    ctx.waitUntil(carry())
    const headers = this.#headers(streamType(input))
    headers['cache-control'] = 'no-cache'
    this.#passHeaders(response.headers, headers)
    return { kind: 'answered', response: new Response(clientBody(opened.value), { headers }) }
  }

  async #errorReply(response: Response): Promise<Tried> {
    const { status } = response
    const nowMs = Date.now()
    const retryMs = retryAfterMs(response.headers, nowMs)
    const body = await response.text().catch(() => '')
    if (status === 408 || status === 429 || status >= 500) {
      const isDown = status === 503 && retryMs !== undefined
      this.#noteFailure({ retryAfterMs: retryMs, isDown })
    } else this.#noteSuccess() // whatever is wrong with the request, somebody is there
    this.#settle('upstream-error', undefined)
    return {
      kind: 'error-reply',
      attempt: this.#attempt,
      status,
      retryAfterMs: retryMs,
      body,
      prepared: this.#prepared,
    }
  }

  #fail(reason: Exclude<UpstreamFailure, 'error-reply'>): Tried {
    if (this.#isLeft || this.#planned.lost?.aborted === true) {
      noteUnsent(this.#planned.env, this.#planned.ctx, this.#attempt.destination)
      this.#settle('client-gone', undefined)
      return { kind: 'client-gone' }
    }
    this.#noteFailure({ isTimeout: reason === 'timeout' })
    const outcome: Record<typeof reason, Outcome> = {
      unreachable: 'upstream-error',
      timeout: 'timeout',
      redirected: 'upstream-error',
      'malformed-reply': 'cut-off',
      'cut-off': 'cut-off',
    }
    this.#settle(outcome[reason], undefined)
    return { kind: 'failed', attempt: this.#attempt, reason }
  }

  #noteSuccess(): void {
    const { env, ctx } = this.#planned
    noteSuccess(env, ctx, this.#attempt.destination, Date.now())
  }

  #noteFailure(failure: Failure): void {
    const { env, ctx } = this.#planned
    noteFailure(env, ctx, this.#attempt.destination, Date.now(), failure)
  }

  #settle(outcome: Outcome, seen: Seen | undefined): void {
    const { env, ctx, caller, inForce } = this.#planned
    const nowMs = Date.now()
    const isError =
      outcome === 'upstream-error' && this.#status !== undefined && this.#status >= 400
    const report = settlement({
      attempt: this.#id,
      outcome,
      nowMs,
      planned: this.#attempt,
      price: inForce.priceOf(this.#attempt.priceVersion),
      seen,
      counted: outcome === 'client-gone' ? this.#counted(seen, nowMs) : undefined,
      status: this.#status,
      requestId: this.#requestId,
      isFree: isError && errorRepliesOf(this.#reach, nowMs) === 'free',
    })
    reportSettlement(env, ctx, caller.tenant, endedBy(this.#planned, report))
  }

  /** What was used of a stream until the client left. */
  #counted(seen: Seen | undefined, nowMs: number): Usage | undefined {
    const { read, inForce } = this.#planned
    const { outputTokensMax, model } = this.#attempt
    return countedUsage({
      size: read.facts,
      told: seen?.usage,
      shownBytes: seen?.shownBytes ?? 0,
      mayHide: inForce.modelOf(model)?.openWeights !== true,
      elapsedMs: nowMs - this.#dispatchedMs,
      outputTokensMax: outputTokensMax * read.facts.choices,
    })
  }

  #headers(contentType: string): Record<string, string> {
    const { decision, plan, caller, read, surface } = this.#planned
    const isLimited = read.facts.outputTokensMax === undefined
    return {
      'content-type': contentType,
      ...decisionHeaders({
        decision,
        receipt: plan.receipt,
        attempt: this.#attempt,
        review: plan.obligations.review,
        unsupported: this.#prepared.unsupported,
        outputTokens: isLimited ? (caller.defaultOutputTokens ?? undefined) : undefined,
        dialect: surface.dialect,
      }),
    }
  }

  /** What an upstream of the client's dialect says in headers that clients of it read. */
  #passHeaders(from: Headers, to: Record<string, string>): void {
    if (!this.#prepared.sameWire) return
    for (const name of this.#planned.surface.returnedHeaders) {
      const value = from.get(name)
      if (value !== null) to[name] = value
    }
  }
}

const JSON_TYPE = 'application/json'
const EVENT_STREAM = 'text/event-stream; charset=utf-8'
const LINES = 'application/x-ndjson'

const streamType = ({ framing }: ReceiveInput): string =>
  framing === undefined ? EVENT_STREAM : framing === 'lines' ? LINES : JSON_TYPE

const isStream = (response: Response): boolean =>
  !(response.headers.get('content-type') ?? '').startsWith('application/json')

/** The organisation's own statement while it holds, else the adapter's. */
function errorRepliesOf({ entry, destination }: Reach, nowMs: number): string {
  const stated = entry.errorReplies
  const holds = stated !== undefined && nowMs < Date.parse(stated.expires)
  return holds ? stated.value : destination.errorReplies
}

const asksForJson = ({ features }: RequestFacts): boolean =>
  features.includes('json-schema') || features.includes('json-object')
