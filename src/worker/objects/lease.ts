import type { Lease } from '../../journal/state.ts'
import type { Env } from '../env.ts'
import { alarm } from '../observability/log.ts'

/** How long the journal may rely on what it last read as being in force. */
const LEASE_MS = 30_000
/** From when on a lease is renewed while it still holds. */
const RENEW_MS = 10_000

/** What is in force for one tenant, as D1 said it, and for how long that may be relied on. */
export class LeaseKeeper {
  readonly #env: Env
  readonly #tenant: string
  #lease: Lease = { policyHash: null, keyEpoch: 0, untilMs: 0 }
  #readMs = 0
  #renewal: Promise<void> | undefined

  constructor(env: Env, tenant: string) {
    this.#env = env
    this.#tenant = tenant
  }

  get lease(): Lease {
    return this.#lease
  }

  get isYoung(): boolean {
    return Date.now() - this.#readMs < RENEW_MS
  }

  /** Renews the lease, and waits for it if the old one has run out, or if it must be read anew; false if that failed. */
  async confirm(mustRead: boolean): Promise<boolean> {
    if (!mustRead) {
      await this.#renew()
      return true
    }
    return await this.refresh().then(
      () => true,
      () => false,
    )
  }

  /**
   * Reads what is in force now, instead of when the lease runs out.
   *
   * @throws if it cannot be read: then the old lease holds until it runs out.
   */
  async refresh(): Promise<void> {
    const askedMs = Date.now()
    await this.#read()
    if (this.#readMs < askedMs) throw new Error('what is in force cannot be read')
  }

  async #renew(): Promise<void> {
    this.#renewal ??= this.#read().finally(() => (this.#renewal = undefined))
    if (Date.now() > this.#lease.untilMs) await this.#renewal
  }

  /** A failure leaves the old lease as it is: when it has run out, only zone `own` is served. */
  async #read(): Promise<void> {
    const askedMs = Date.now()
    try {
      const row = await this.#env.DB.prepare(
        'SELECT policy_hash, key_epoch FROM tenant WHERE id = ?',
      )
        .bind(this.#tenant)
        .first<{ policy_hash: string | null; key_epoch: number }>()
      this.#lease = {
        policyHash: row?.policy_hash ?? null,
        keyEpoch: row?.key_epoch ?? 0,
        untilMs: askedMs + LEASE_MS,
      }
      this.#readMs = askedMs
    } catch {
      alarm('lease not renewed: what is in force cannot be read', { tenant: this.#tenant })
    }
  }
}
