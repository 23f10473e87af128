import type { Bundle } from '../../src/policy/schema.ts'
import { SIMULATED_IDS, type SimulatedId } from '../../test/upstreams/fleet.ts'
import type { Vars } from '../lib/dev-vars.ts'
import { prefixOf } from '../lib/local.ts'
import type { Found } from './probe.ts'

/** Who answers for a destination, and why. */
export type Provider =
  | { readonly id: string; readonly kind: 'real'; readonly url?: string; readonly because: string }
  | { readonly id: SimulatedId; readonly kind: 'simulated'; readonly because: string }

/** Runs on the organisation's own machines: a URL makes it real, not a key. */
const OWN: readonly SimulatedId[] = ['vllm', 'ollama', 'llama-cpp']

type Models = Pick<Bundle, 'models'>

/** Decides for each destination whether it is real or simulated. */
export function chooseProviders(
  bundle: Models,
  vars: Vars,
  found: Readonly<Partial<Record<string, Found>>>,
): Provider[] {
  return SIMULATED_IDS.map((id): Provider => {
    const prefix = prefixOf(id)
    if (id === 'workers-ai') return { id, kind: 'simulated', because: 'real once deployed' }
    if (!OWN.includes(id)) {
      return vars[`${prefix}_API_KEY`] === undefined
        ? { id, kind: 'simulated', because: `no ${prefix}_API_KEY in .dev.vars` }
        : { id, kind: 'real', because: `${prefix}_API_KEY in .dev.vars` }
    }
    if (vars[`${prefix}_URL`] !== undefined) {
      return { id, kind: 'real', because: `${prefix}_URL in .dev.vars` }
    }
    return judge(bundle, id, found[id])
  })
}

/** A server is of use only if it serves a model that the catalogue knows. */
function judge(bundle: Models, id: SimulatedId, server: Found | undefined): Provider {
  if (server === undefined) return { id, kind: 'simulated', because: 'not found on this machine' }
  const { models, url } = server
  const wanted = bundle.models
    .flatMap(({ offers }) => offers)
    .filter(({ destination }) => destination === id)
    .map(({ upstreamModel }) => upstreamModel)
  const isOfUse = models === undefined || models.some((model) => wanted.includes(model))
  return isOfUse
    ? { id, kind: 'real', url, because: `found at ${new URL(url).host}` }
    : {
        id,
        kind: 'simulated',
        because: `found at ${new URL(url).host}, but it serves no model of policies/models.yaml`,
      }
}
