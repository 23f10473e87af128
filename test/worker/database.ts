/// <reference types="@cloudflare/vitest-pool-workers/types" />
import { applyD1Migrations, env as bindings } from 'cloudflare:test'
import type { Env } from '../../src/worker/env.ts'

type Migrations = Parameters<typeof applyD1Migrations>[1]
type TestEnv = Env & { readonly TEST_MIGRATIONS: Migrations }

const hasMigrations = (given: unknown): given is TestEnv =>
  typeof given === 'object' && given !== null && 'TEST_MIGRATIONS' in given

/** The Worker's real local bindings, the database migrated. */
export async function migratedEnv(): Promise<Env> {
  if (!hasMigrations(bindings)) throw new Error('vitest.config.ts does not bind TEST_MIGRATIONS')
  await applyD1Migrations(bindings.DB, bindings.TEST_MIGRATIONS)
  return bindings
}

/** Waits for something that another part of the Worker does; fails after 10 s. */
export async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 200; round++) {
    if (await isSo()) return
    await scheduler.wait(50)
  }
  throw new Error('it did not happen within 10 s')
}
