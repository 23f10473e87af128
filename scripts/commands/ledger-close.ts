import * as z from 'zod'
import { formatUsd } from '../../src/domain/money.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'

const Closed = z.object({ digest: z.string(), totalPicoUsd: z.string(), throughSeq: z.number() })
const Changed = z.object({ period: z.string(), state: z.string(), result: z.unknown() })

/** Closes a month, or with `--soft` only accrues best estimates. */
export const close = async (args: readonly string[], usage: string): Promise<number> =>
  await change(args, usage, (isSoft) => (isSoft ? 'soft-closed' : 'closed'))

/** Opens the last closed month again. */
export const reopen = async (args: readonly string[], usage: string): Promise<number> =>
  await change(args, usage, () => 'open')

async function change(
  args: readonly string[],
  usage: string,
  stateFor: (isSoft: boolean) => string,
): Promise<number> {
  const { values, positionals } = readOptions(args, {
    period: { type: 'string' },
    reason: { type: 'string' },
    soft: { type: 'boolean', default: false },
  })
  const { tenant, period, reason, soft } = values
  if (positionals.length > 0) return wrong(`${positionals.join(' ')}: not expected here`, usage)
  if (period === undefined) return wrong('--period: a calendar month such as 2026-11', usage)
  if (reason === undefined) return wrong('--reason: why, in a sentence', usage)
  return await withAdmin(targetOf(values.url), async (request) => {
    const body = { tenant, period, reason, state: stateFor(soft) }
    const response = await request('POST', '/admin/api/ledger/period', body)
    if (response.status === 409) {
      await explain(response)
      return 1
    }
    if (!response.ok) return await explain(response)
    const { state, result } = Changed.parse(await response.json())
    const closed = Closed.safeParse(result)
    console.log(
      closed.success
        ? `${period} is closed: ${formatUsd(BigInt(closed.data.totalPicoUsd))} USD through entry ${closed.data.throughSeq}, digest ${closed.data.digest}`
        : `${period} is ${state}`,
    )
    return 0
  })
}
