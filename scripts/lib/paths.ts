import { join } from 'node:path'

export const ROOT_DIRECTORY = join(import.meta.dirname, '../..')
export const POLICIES_DIRECTORY = join(ROOT_DIRECTORY, 'policies')
export const MIGRATIONS_DIRECTORY = join(ROOT_DIRECTORY, 'migrations')
/** Where the local Demarc keeps its data, its secrets and the address it serves at. */
export const STATE_DIRECTORY = join(ROOT_DIRECTORY, '.demarc')
export const DEV_VARS_FILE = join(ROOT_DIRECTORY, '.dev.vars')
