import type { Command } from '../demarc.ts'
import { wrong } from '../lib/admin-report.ts'

const USAGE = `demarc ledger export --period 2026-11 [--format csv|focus|journal|parquet|xlsx] [--out FILE]
demarc ledger report NAME --period 2026-11 [--by KEY] [--json]
    statement (by cost_centre, team, app, key_id, model, destination, class, level) · budget · units (by app,
    destination, model) · variance · anomalies · savings · privacy · daily
demarc ledger close --period 2026-10 [--soft] --reason TEXT      demarc ledger reopen --period 2026-10 --reason TEXT
demarc ledger statement --period 2026-10 --out FOLDER            demarc ledger statement --check FILE
demarc ledger reconcile FILE --destination NAME [--format NAME] [--post --reason TEXT] [--json]
demarc ledger correct FILE --reason TEXT                         book corrections and accruals (JSON, see docs/ledger.md)
demarc ledger check FILE --rules model-1.2.json                  a FOCUS CSV against the FinOps Foundation's rule file
demarc ledger finance [FILE]                                     put policies/finance.yaml in force
demarc ledger verify [--json]                                    compare the ledger with the journal, entry by entry

  --tenant NAME   default: default
  --url URL       a deployed Demarc (token in DEMARC_ADMIN_TOKEN); default: the local one

exit: 0 holds · 1 does not hold, or is not complete · 2 cannot run`

/** What an action of `demarc ledger` does with its own arguments; the exit code. */
export type LedgerAction = (args: readonly string[], usage: string) => Promise<number>

/** Loaded when called for: one writes spreadsheets, another reads YAML. */
const ACTIONS: Readonly<Record<string, () => Promise<LedgerAction>>> = {
  export: async () => (await import('./ledger-export.ts')).exportPeriod,
  report: async () => (await import('./ledger-report.ts')).report,
  close: async () => (await import('./ledger-close.ts')).close,
  reopen: async () => (await import('./ledger-close.ts')).reopen,
  statement: async () => (await import('./ledger-statement.ts')).statement,
  reconcile: async () => (await import('./ledger-reconcile.ts')).reconcile,
  correct: async () => (await import('./ledger-correct.ts')).correct,
  finance: async () => (await import('./ledger-finance.ts')).finance,
  check: async () => (await import('./ledger-check.ts')).checkFocus,
  verify: async () => (await import('./ledger-verify.ts')).verify,
}

/** Exports, reports, closes and verifies the books. */
export const ledgerCommand: Command = {
  usage: USAGE,
  run: async ([name = '', ...args]) => {
    const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (load === undefined) return wrong(`say ${Object.keys(ACTIONS).join(', ')}`, USAGE)
    return await (
      await load()
    )(args, USAGE)
  },
}
