import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { policySchemas } from './lib/policy-schemas.ts'

const DIR = join(import.meta.dirname, '../policies/schema')

/** Writes the JSON Schema of each policy file; with --check only compares, and fails if one differs. */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
await mkdir(DIR, { recursive: true })
for (const [name, schema] of policySchemas()) {
  const path = join(DIR, `${name}.schema.json`)
  const text = `${JSON.stringify(schema, null, 2)}\n`
  if (!values.check) await writeFile(path, text)
  else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    console.error(`policies/schema/${name}.schema.json is out of date; run: npm run schema`)
    process.exitCode = 1
  }
}
