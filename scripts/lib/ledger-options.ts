import { parseArgs, type ParseArgsConfig } from 'node:util'

/** Options that every action of `demarc ledger` takes. */
const COMMON = {
  url: { type: 'string' },
  tenant: { type: 'string', default: 'default' },
  json: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options']

export type Target = { readonly url?: string }

/** The command line of an action: its own options besides the common ones. */
export function readOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...COMMON, ...options },
    allowPositionals: true,
  })
  return { values, positionals }
}

export const targetOf = (url: string | undefined): Target => (url === undefined ? {} : { url })
