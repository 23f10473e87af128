import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readOpenapi } from './lib/openapi.ts'
import { policySchemas } from './lib/policy-schemas.ts'

const ROOT = join(import.meta.dirname, '..')
const SCHEMAS = 'policies/schema'

/** Writes the JSON Schema of each policy file and the OpenAPI document; with --check only compares, and fails if one differs. */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const generated = new Map([
  ...[...policySchemas()].map(
    ([name, schema]) => [`${SCHEMAS}/${name}.schema.json`, schema] as const,
  ),
  ['docs/openapi.json', await readOpenapi()] as const,
])
await mkdir(join(ROOT, SCHEMAS), { recursive: true })
for (const [file, json] of generated) {
  const path = join(ROOT, file)
  const text = `${JSON.stringify(json, null, 2)}\n`
  if (!values.check) await writeFile(path, text)
  else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    console.error(`${file} is out of date; run: npm run schema`)
    process.exitCode = 1
  }
}
