import { formatUsd } from '../../domain/money.ts'
import type { BudgetCap, ReserveRequest } from '../../journal/messages.ts'
import { balanceKey, type JournalState } from '../../journal/state.ts'
import { activeSteps } from '../../journal/steps.ts'
import type { Env } from '../env.ts'
import { notify, type Notice } from '../notify.ts'
import { alarm } from '../observability/log.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS notice (name TEXT PRIMARY KEY, body TEXT NOT NULL, found_ms INTEGER NOT NULL, sent_ms INTEGER)
    STRICT;
`

/** A receiver that takes nothing for so long is not asked again. */
const GIVE_UP_MS = 24 * 3600 * 1000
/** Budgets that are watched at once; those asked for longest ago are forgotten first. */
const WATCHED_MAX = 10_000

type Watched = { readonly cap: BudgetCap; readonly balance: string }

/** Tells people, once each, that a budget has reached one of its steps. */
export class Notices {
  readonly #sql: SqlStorage
  readonly #watched = new Map<string, Watched>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
  }

  /** Learns from a reservation which budgets have steps. */
  watch({ caps, period }: Pick<ReserveRequest, 'caps' | 'period'>): void {
    for (const cap of caps) {
      if (cap.steps === undefined) continue
      const balance = balanceKey(period, cap.node)
      const name = `${cap.id} ${balance}`
      this.#watched.delete(name) // what is asked for again goes to the end
      this.#watched.set(name, { cap, balance })
    }
    for (const oldest of this.#watched.keys()) {
      if (this.#watched.size <= WATCHED_MAX) break
      this.#watched.delete(oldest)
    }
  }

  /** Notes the steps that posted spend has reached since. */
  record(state: JournalState, tenant: string, nowMs: number): void {
    for (const [name, { cap, balance }] of this.#watched) {
      const posted = state.balances.get(balance)?.posted ?? 0n
      for (const { atPercent, action } of activeSteps(cap, posted)) {
        const notice: Notice = {
          type: 'budget.step',
          tenant,
          budget: cap.id,
          counts: balance,
          atPercent,
          action,
          postedUsd: formatUsd(posted),
          limitUsd: formatUsd(BigInt(cap.limitPicoUsd)),
          resetsAt: new Date(cap.resetsAtMs).toISOString(),
        }
        this.#sql.exec(
          'INSERT INTO notice (name, body, found_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          `${name} ${atPercent}`,
          JSON.stringify(notice),
          nowMs,
        )
      }
    }
  }

  /** Sends what has not been taken yet. Answers whether all of it has been. */
  async deliver(env: Env, nowMs: number): Promise<boolean> {
    const rows = this.#sql
      .exec<{ name: string; body: string; found_ms: number }>(
        'SELECT name, body, found_ms FROM notice WHERE sent_ms IS NULL ORDER BY found_ms',
      )
      .toArray()
    let all = true
    for (const { name, body, found_ms: foundMs } of rows) {
      const notice: Notice = JSON.parse(body)
      const isTaken = await notify(env, notice)
      if (isTaken || nowMs - foundMs > GIVE_UP_MS) {
        this.#sql.exec('UPDATE notice SET sent_ms = ? WHERE name = ?', nowMs, name)
      }
      if (!isTaken) alarm('the webhook does not take a notice', { type: notice.type })
      all &&= isTaken
    }
    return all
  }
}
