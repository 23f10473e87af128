import type { JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { CommitReply, ReserveRefusal, ReserveRequest } from '../journal/messages.ts'
import { journalOf, type Env } from './env.ts'
import { returnReports, takeReports } from './settlements.ts'

/** Everything that will cross the wire, final: nothing is added to it later. */
export type Dispatch =
  | {
      readonly transport: 'http'
      readonly url: string
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
      /** Name of the service binding to go through; undefined for the internet. */
      readonly via: string | undefined
    }
  | { readonly transport: 'binding'; readonly model: string; readonly inputs: JsonObject }

/**
 * The right to send one attempt, once. Only `obtainPermit` makes one, and only from the journal's acknowledgement that
 * this attempt is on record: no record, no permit, no send.
 */
export class Permit {
  static readonly #acknowledged = Symbol('acknowledged')
  readonly attempt: string
  #dispatch: Dispatch | undefined

  private constructor(token: symbol, attempt: string, dispatch: Dispatch) {
    if (token !== Permit.#acknowledged) throw new TypeError('a permit comes from the journal only')
    this.attempt = attempt
    this.#dispatch = dispatch
  }

  /** Reserves in the journal and, once that is durable, makes the permit. */
  static async obtain(
    env: Env,
    tenant: string,
    request: ReserveRequest,
    dispatch: Dispatch,
  ): Promise<Result<Permit, ReserveRefusal | { readonly status: 'unavailable' }>> {
    const reply = await commit(env, tenant, request)
    if (reply === undefined) return err({ status: 'unavailable' })
    if (reply.status === 'noted') throw new TypeError('the journal did not answer the reservation')
    if (reply.status !== 'reserved') return err(reply)
    if (reply.attempt !== request.attempt) {
      throw new TypeError('the journal acknowledged another attempt')
    }
    return ok(new Permit(Permit.#acknowledged, reply.attempt, dispatch))
  }

  /** What may be sent. A second call throws: a permit is for one dispatch. */
  take(): Dispatch {
    const dispatch = this.#dispatch
    if (dispatch === undefined) throw new TypeError('this permit has been used')
    this.#dispatch = undefined
    return dispatch
  }
}

/** The reply, or undefined if the journal cannot be reached: then nothing may be sent. */
async function commit(
  env: Env,
  tenant: string,
  reserve: ReserveRequest,
): Promise<CommitReply | undefined> {
  const reports = takeReports(tenant)
  try {
    return await journalOf(env, tenant).commit({ ...reports, reserve })
  } catch {
    returnReports(tenant, reports)
    return undefined
  }
}
