import type { TrafficGroup } from '../../src/policy/traffic.ts'
import { withAdmin } from './admin-client.ts'
import { trafficIn } from './traffic-files.ts'

/** Where traffic is stored; without a URL, the local Demarc. */
export type TrafficServer = {
  readonly url: string | undefined
  readonly tenant: string
  readonly days: number
}

/** The traffic that a Demarc has stored. @throws Error if it is not to be had. */
export async function storedTraffic(server: TrafficServer): Promise<readonly TrafficGroup[]> {
  const { url, tenant, days } = server
  return await withAdmin(url === undefined ? {} : { url }, async (request) => {
    const query = new URLSearchParams({ tenant, days: String(days) })
    const response = await request('GET', `/admin/api/policy/traffic?${query.toString()}`)
    const text = await response.text()
    if (response.status !== 200)
      throw new Error(`${response.status}: no stored traffic is to be had`)
    return trafficIn(text, url ?? 'the stored traffic')
  })
}
