import { journalOf, type Env } from '../env.ts'

/** Tells a tenant's journal to look at D1 again. False if it could not be told: it looks by itself when its lease runs out. */
export async function refreshJournal(env: Env, tenant: string): Promise<boolean> {
  try {
    await journalOf(env, tenant).refresh()
    return true
  } catch {
    return false
  }
}
