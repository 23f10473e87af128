import type { CatalogDestination } from '../../src/domain/catalog.ts'
import { type Label, PUBLIC } from '../../src/domain/label.ts'
import { PLAIN_HANDLING } from '../../src/domain/request.ts'
import type { RequestAttributes } from '../../src/policy/conditions.ts'
import { compileRules, evaluate } from '../../src/policy/evaluate.ts'
import { Bundle } from '../../src/policy/schema.ts'
import type * as z from 'zod'

export const NOW_MS = Date.parse('2026-11-24T12:00:00Z')

type Facts = CatalogDestination['facts']
type Overrides = {
  readonly class?: Facts['class']
  readonly zone?: 'own' | 'third-party'
  readonly countries?: readonly string[]
  readonly legalEntity?: string
  readonly retentionDays?: number
  readonly trainsOnData?: boolean
  readonly agreements?: readonly ('dpa' | 'baa' | 'scc' | 'zdr' | 'pci-aoc')[]
  readonly expires?: string
}

/** A destination of a third party in Germany that keeps nothing and has signed nothing, unless said otherwise. */
export function place(id: string, facts: Overrides = {}): CatalogDestination {
  const fact = <T>(value: T) => ({
    value,
    evidence: 'a contract',
    expires: facts.expires ?? '2027-12-31',
  })
  return {
    id,
    adapter: 'plain',
    account: 'default',
    region: 'default',
    facts: {
      class: facts.class ?? 'hosted',
      zone: fact(facts.zone ?? 'third-party'),
      countries: fact([...(facts.countries ?? ['DE'])]),
      legalEntity: fact(facts.legalEntity ?? 'Example GmbH'),
      retentionDays: fact(facts.retentionDays ?? 0),
      trainsOnData: fact(facts.trainsOnData ?? false),
      agreements: (facts.agreements ?? []).map((agreement) => fact(agreement)),
    },
  }
}

export const own = (id: string): CatalogDestination => place(id, { class: 'onprem', zone: 'own' })

/** A whole bundle around the tables that a test is about. */
export function bundleOf(tables: Partial<z.input<typeof Bundle>> = {}): Bundle {
  return Bundle.parse({
    version: 1,
    attributes: {
      countryGroups: { eu: { title: 'the EU', countries: ['DE', 'FR'], source: 'a treaty' } },
      teams: ['red'],
      apps: ['app'],
      purposes: ['general', 'chat'],
      declaredCategories: ['health'],
    },
    labels: LABELS,
    guardrails: [],
    routes: [rule('all', { prefer: ['cheapest'] })],
    obligations: [],
    waivers: [],
    invariants: [],
    destinations: [own('home'), place('away')],
    models: [],
    aliases: [],
    prices: [],
    budgets: [],
    ...tables,
  })
}

/** A rule with the parts that every rule has. */
export const rule = <T extends object>(id: string, parts: T) => ({
  id,
  owner: 'compliance',
  because: 'a test',
  when: {},
  ...parts,
})

export const guardrail = <T extends object>(id: string, parts: T) =>
  rule(id, { level: 'enforce' as const, never: {}, ...parts })

export const requestOf = (
  label: Partial<Label>,
  others: Partial<RequestAttributes> = {},
): RequestAttributes => ({
  label: { ...PUBLIC, ...label },
  team: 'red',
  app: 'app',
  purpose: 'general',
  quality: 'basic',
  operation: 'chat',
  handling: PLAIN_HANDLING,
  ...others,
})

const said = { title: 'a title', means: 'a meaning' }
const LABELS = {
  levels: { public: said, internal: said, confidential: said, restricted: said },
  categories: {
    pii: said,
    'pii.minor': said,
    health: said,
    pci: said,
    bank: said,
    'government-id': said,
    secret: said,
    'source-code': said,
    legal: said,
    'export-control': said,
    hr: said,
  },
}

/** Destinations that a request may go to: a route uses them and no guardrail forbids them. */
export function permitted(bundle: Bundle, request: RequestAttributes): string[] {
  const rules = compileRules(bundle, NOW_MS)
  const { removedBy, route } = evaluate(rules, request)
  return rules.destinations.filter(
    (_, at) => removedBy[at] === undefined && (route?.ranks[at] ?? -1) >= 0,
  )
}
