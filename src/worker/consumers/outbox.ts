import type { StoredEntry } from '../../journal/entry.ts'
import { unpack } from '../../journal/outbox.ts'
import { journalOf, type Env } from '../env.ts'
import { alarm } from '../observability/log.ts'
import { insertEntries } from '../stores/ledger.ts'

/** Seconds before the first retry; each further one waits twice as long. */
const RETRY_FIRST_S = 2
const RETRY_MAX_S = 300

type Arrived = { readonly message: Message; readonly entries: readonly StoredEntry[] }

/** Copies the journals' entries into D1, all messages of a tenant at once, and tells each journal how far D1 is. */
export async function consumeOutbox(batch: MessageBatch, env: Env): Promise<void> {
  const byTenant = new Map<string, Arrived[]>()
  for (const message of batch.messages) {
    const delivery = unpack(message.body)
    if (delivery === undefined) {
      alarm('outbox message is malformed', { id: message.id })
      retry(message) // and, in the end, the dead-letter queue
      continue
    }
    const { tenant, entries } = delivery
    const arrived = byTenant.get(tenant) ?? []
    byTenant.set(tenant, arrived)
    arrived.push({ message, entries })
  }
  for (const [tenant, arrived] of byTenant) await consumeTenant(env, tenant, arrived)
}

async function consumeTenant(env: Env, tenant: string, arrived: readonly Arrived[]): Promise<void> {
  const entries = arrived.flatMap((each) => each.entries)
  try {
    const { throughSeq, conflicts } = await insertEntries(
      env,
      tenant,
      entries,
      Date.now(),
      'intact',
    )
    // What is in conflict stays in the journal, which keeps every row past the watermark.
    for (const { message } of arrived) message.ack()
    const [seq] = conflicts
    if (seq !== undefined) alarm('ledger conflict: entries are no longer applied', { tenant, seq })
    await acknowledge(env, tenant, throughSeq)
  } catch (error) {
    alarm('outbox insert failed', {
      tenant,
      error: error instanceof Error ? error.name : 'unknown',
    })
    for (const { message } of arrived) retry(message)
  }
}

async function acknowledge(env: Env, tenant: string, throughSeq: number): Promise<void> {
  try {
    await journalOf(env, tenant).acknowledge(throughSeq)
  } catch {
    // The entries are safe in D1. The journal sends again what it thinks is missing, and is told then.
    alarm('journal did not take the watermark', { tenant, throughSeq })
  }
}

function retry(message: Message): void {
  const delaySeconds = Math.min(RETRY_FIRST_S * 2 ** (message.attempts - 1), RETRY_MAX_S)
  message.retry({ delaySeconds })
}
