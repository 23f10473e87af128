import * as z from 'zod'
import { canonicalBundle } from '../../src/policy/bundle.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain } from '../lib/admin-report.ts'

/** Which Demarc a policy is for. Without `url` the local one. */
export type PushTarget = { readonly url?: string | undefined; readonly tenant: string }

const Pushed = z.object({ hash: z.string(), inForce: z.boolean() })

/** Puts a policy in force: its hash on stdout, since when on stderr. Answers the exit code. */
export async function pushPolicy(bundle: Bundle, { url, tenant }: PushTarget): Promise<number> {
  const { text, hash } = canonicalBundle(bundle)
  const path = `/admin/api/policy?tenant=${encodeURIComponent(tenant)}`
  return await withAdmin(url === undefined ? {} : { url }, async (request) => {
    const response = await request('PUT', path, JSON.parse(text))
    if (!response.ok) return await explain(response)
    const pushed = Pushed.parse(await response.json())
    if (pushed.hash !== hash) {
      console.error(`sent ${hash}, in force is ${pushed.hash}: the two are not of one version`)
      return 1
    }
    console.log(pushed.hash)
    console.error(
      pushed.inForce
        ? `in force for tenant ${tenant}`
        : `stored for tenant ${tenant}, in force everywhere within 42 seconds`,
    )
    return 0
  })
}
