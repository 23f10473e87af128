import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Command } from '../demarc.ts'
import { verifyEvidence } from '../lib/evidence.ts'
import { newSigningKey } from '../lib/secrets.ts'

const USAGE = `demarc audit verify FILE [--key VERIFIER-KEY]... [--json]
    checks a receipt (the answer of GET /v1/decisions/{id}) or a pack of evidence (GET /admin/api/audit/pack) offline:
    every entry against its hash, the hashes against one another, and the proofs against a signed checkpoint
demarc audit new-key
    prints a new key for the secret AUDIT_KEY

  --key   a key that you trust (GET /admin/api/audit/key tells it); several may be given, such as that of a witness

exit: 0 holds · 1 does not hold · 2 cannot run`

/** Checks receipts and evidence against the signed audit log. */
export const auditCommand: Command = {
  usage: USAGE,
  run: ([action = '', ...args]) => {
    if (action === 'new-key') {
      console.log(newSigningKey())
      return Promise.resolve(0)
    }
    if (action === 'verify') return Promise.resolve(verify(args))
    throw new RangeError(`say verify or new-key\n\n${USAGE}`)
  },
}

function verify(args: readonly string[]): number {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      key: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  })
  const [file] = positionals
  if (file === undefined || positionals.length > 1)
    throw new RangeError(`name one file\n\n${USAGE}`)
  const verified = verifyEvidence(readFileSync(file, 'utf8'), values.key)
  if (!verified.ok) throw new RangeError(`${file}: ${verified.error}`)
  const { shown, problems } = verified.value
  const holds = problems.length === 0
  if (values.json) {
    const findings = problems.map((problem) => ({ rule: 'audit', problem, witness: file }))
    console.log(JSON.stringify({ holds, findings, shown }))
  } else {
    for (const sentence of shown) console.log(sentence)
    for (const problem of problems) console.log(`NOT SO: ${problem}`)
    console.log(holds ? 'It holds.' : 'It does not hold.')
  }
  return holds ? 0 : 1
}
