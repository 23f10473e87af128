import { createHash, createPublicKey, verify } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { canonicalJson } from '../../src/encoding/canonical-json.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'

const Answer = z.object({
  isDraft: z.boolean(),
  text: z.string(),
  digest: z.string(),
  signature: z.string().nullable(),
  csv: z.string(),
})

/** Writes a month's statement into a folder, or checks one that somebody sent. */
export async function statement(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readOptions(args, {
    period: { type: 'string' },
    out: { type: 'string' },
    check: { type: 'string' },
    key: { type: 'string' },
  })
  const { tenant, period, out } = values
  if (positionals.length > 0) return wrong(`${positionals.join(' ')}: not expected here`, usage)
  if (values.check !== undefined) return await checkFile(values.check, values.key)
  if (period === undefined || out === undefined)
    return wrong('--period and --out, or --check', usage)
  return await withAdmin(targetOf(values.url), async (request) => {
    const query = new URLSearchParams({ tenant, period })
    const response = await request('GET', `/admin/api/ledger/statement?${String(query)}`)
    if (!response.ok) return await explain(response)
    const { isDraft, text, digest, signature, csv } = Answer.parse(await response.json())
    const name = `statement-${tenant}-${period}${isDraft ? '-draft' : ''}`
    await mkdir(out, { recursive: true })
    await writeFile(join(out, `${name}.json`), text)
    await writeFile(join(out, `${name}.csv`), csv)
    await writeFile(join(out, `${name}.sha256`), `${digest}  ${name}.json\n`)
    if (signature !== null) await writeFile(join(out, `${name}.json.sig`), signature)
    console.log(`${join(out, name)}.json ${digest}${isDraft ? ' (draft: the month is open)' : ''}`)
    return 0
  })
}

/** The digest beside it, the canonical form, and the signature if there is one and a key to check it with. */
async function checkFile(path: string, keyPath: string | undefined): Promise<number> {
  const text = await readFile(path, 'utf8')
  const problems: string[] = []
  if (canonicalJson(JSON.parse(text)) !== text) problems.push('the text is not canonical JSON')
  const digest = createHash('sha256').update(text).digest('hex')
  const noted = await readFile(path.replace(/\.json$/, '.sha256'), 'utf8').catch(() => undefined)
  if (noted !== undefined && noted.split(' ')[0] !== digest)
    problems.push('the digest is another one')
  if (keyPath !== undefined) {
    const key = createPublicKey(await readFile(keyPath, 'utf8'))
    const signature = Buffer.from(await readFile(`${path}.sig`, 'utf8'), 'base64')
    if (!verify(null, Buffer.from(text), key, signature))
      problems.push('the signature does not fit')
  }
  for (const problem of problems) console.error(`${path}: ${problem}`)
  console.log(`${problems.length === 0 ? 'holds' : 'does not hold'}: ${digest}`)
  return problems.length === 0 ? 0 : 1
}
