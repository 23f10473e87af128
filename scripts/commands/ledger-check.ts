import { readFile } from 'node:fs/promises'
import { FocusModel } from '../../src/ledger/focus/rule-model.ts'
import { FocusValidator } from '../../src/ledger/focus/validate.ts'
import { csvObjects } from '../../src/ledger/invoices/table.ts'
import { wrong } from '../lib/admin-report.ts'
import { readOptions } from '../lib/ledger-options.ts'

/** Checks a FOCUS file against the official machine-readable rules, and accounts for each of them. */
export async function checkFocus(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readOptions(args, { rules: { type: 'string' } })
  const [path, ...rest] = positionals
  if (path === undefined || rest.length > 0) return wrong('say one FILE', usage)
  if (values.rules === undefined) {
    return wrong('--rules: the rule file of focus_validator, such as model-1.2.json', usage)
  }
  const model = FocusModel.parse(JSON.parse(await readFile(values.rules, 'utf8')))
  const rows = csvObjects(await readFile(path, 'utf8'))
  const validator = new FocusValidator(model, Object.keys(rows[0] ?? {}))
  for (const row of rows) {
    validator.push(
      Object.fromEntries(
        Object.entries(row).map(([name, cell]) => [name, cell === '' ? null : cell]),
      ),
    )
  }
  const verdicts = [...validator.verdicts()]
  if (values.json) console.log(JSON.stringify(Object.fromEntries(verdicts)))
  else {
    for (const [id, { status, reason }] of verdicts)
      if (status === 'failed' || status === 'contradiction')
        console.log(`${status} ${id}: ${reason}`)
    console.log(
      countsOf(
        verdicts.map(([, { status }]) => status),
        rows.length,
      ),
    )
  }
  return verdicts.some(([, { status }]) => status === 'failed') ? 1 : 0
}

function countsOf(statuses: readonly string[], rows: number): string {
  const count = (wanted: string): number => statuses.filter((status) => status === wanted).length
  const parts = ['passed', 'not-applicable', 'contradiction', 'failed'].map(
    (each) => `${count(each)} ${each}`,
  )
  return `${rows} rows, ${statuses.length} rules: ${parts.join(', ')}`
}
