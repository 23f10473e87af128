import type { StoredEntry } from '../../journal/entry.ts'

/** What a journal says of itself. `head` is the highest sequence number, 0 if there is none. */
export type JournalStatus = {
  readonly head: number
  readonly headHash: string
  /** Σ of all costs it has posted, in pico-dollars. */
  readonly postedPicoUsd: string
  readonly drained: number
}

/** What the stores ask of a tenant's journal. */
export type JournalClient = {
  readonly status: () => Promise<JournalStatus>
  /** Pushes the outbox to the queue now. */
  readonly drain: () => Promise<void>
  /** Reads policy hash and key epoch from D1 again, now. */
  readonly refresh: () => Promise<void>
  /** D1 holds everything up to this number: the journal may forget it. */
  readonly acknowledge: (throughSeq: number) => Promise<void>
  readonly entriesFrom: (seq: number, limit: number) => Promise<StoredEntry[]>
}

type JournalNamespace = {
  readonly idFromName: (name: string) => DurableObjectId
  readonly get: (id: DurableObjectId) => JournalClient
}

export type Database = { readonly DB: D1Database }
export type Cache = { readonly CACHE: KVNamespace }
export type Journals = {
  readonly JOURNAL: JournalNamespace & {
    readonly jurisdiction: (name: DurableObjectJurisdiction) => JournalNamespace
  }
  readonly JURISDICTION?: string
}

/** The one journal of a tenant, where the configured jurisdiction wants it. */
export function journalOf({ JOURNAL, JURISDICTION }: Journals, tenant: string): JournalClient {
  const journals = hasJurisdiction(JURISDICTION) ? JOURNAL.jurisdiction(JURISDICTION) : JOURNAL
  return journals.get(journals.idFromName(tenant))
}

/** https://developers.cloudflare.com/durable-objects/reference/data-location/ */
const JURISDICTIONS: ReadonlySet<string> = new Set(['eu', 'fedramp', 'fedramp-high', 'us'])

function hasJurisdiction(name: string | undefined): name is DurableObjectJurisdiction {
  if (name === undefined || name === '') return false
  if (JURISDICTIONS.has(name)) return true
  throw new Error(
    `JURISDICTION: accepted are ${[...JURISDICTIONS].join(', ')} and the empty string`,
  )
}

/** Tells the journal to look at D1 again. False if it could not be told: it looks by itself when its lease runs out. */
export async function refreshJournal(env: Journals, tenant: string): Promise<boolean> {
  try {
    await journalOf(env, tenant).refresh()
    return true
  } catch {
    return false
  }
}
