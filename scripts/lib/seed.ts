import * as z from 'zod'
import type { Bundle } from '../../src/policy/schema.ts'
import { canonicalBundle } from '../../src/policy/bundle.ts'
import { formatProblem, readBundle } from './policy-files.ts'
import { POLICIES_DIRECTORY } from './paths.ts'
import type { AdminRequest, Local } from './local.ts'
import { keepSecrets } from './secrets.ts'

/** The policy of `policies/`. @throws naming file and line of what is wrong with it. */
export async function readPolicies(): Promise<Bundle> {
  const bundle = await readBundle(POLICIES_DIRECTORY)
  if (bundle.ok) return bundle.value
  throw new Error(`policies/ is not a whole policy:\n${bundle.error.map(formatProblem).join('\n')}`)
}

/** Puts a policy in force and answers its hash. */
export async function putPolicy(admin: AdminRequest, bundle: Bundle): Promise<string> {
  const { text } = canonicalBundle(bundle)
  const response = await admin('PUT', '/admin/api/policy', JSON.parse(text))
  const { hash } = await read(response, z.object({ hash: z.string() }))
  return hash
}

/** Makes a key and answers its text. */
export async function createKey(
  admin: AdminRequest,
  request: Readonly<Record<string, unknown>>,
): Promise<string> {
  const response = await admin('POST', '/admin/api/keys', request)
  const { key } = await read(response, z.object({ key: z.string() }))
  return key
}

/** The key kept beside the data, if it still works; else a new one, which is kept. */
export async function readyKey(local: Local, directory: string): Promise<string> {
  const { key } = local.secrets
  if (key !== undefined) {
    const response = await fetch(`${local.url}/v1/models`, {
      headers: { authorization: `Bearer ${key}` },
    })
    await response.body?.cancel()
    if (response.status !== 401) return key
  }
  const fresh = await createKey(local.admin, { team: 'demo', app: 'start', purpose: 'general' })
  keepSecrets(directory, { ...local.secrets, key: fresh })
  return fresh
}

async function read<T extends z.ZodType>(response: Response, shape: T): Promise<z.infer<T>> {
  const text = await response.text()
  if (!response.ok) throw new Error(`the admin API answered ${response.status}: ${text}`)
  return shape.parse(JSON.parse(text))
}
