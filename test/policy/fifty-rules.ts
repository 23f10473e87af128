import type { Bundle } from '../../src/policy/schema.ts'
import { bundleOf, guardrail, own, place, rule } from './fixtures.ts'

/** Ten destinations, as an organisation may have them. */
const destinations = [
  own('home'),
  own('lab'),
  place('edge-fr', { class: 'edge', countries: ['FR'], agreements: ['dpa', 'scc', 'zdr'] }),
  place('hosted-a', { countries: ['US'], agreements: ['dpa', 'scc', 'baa', 'zdr'] }),
  place('hosted-b', { countries: ['US'], retentionDays: 30, agreements: ['dpa'] }),
  place('closed-a', {
    class: 'closed',
    countries: ['US'],
    agreements: ['dpa', 'scc', 'baa', 'zdr'],
  }),
  place('closed-b', {
    class: 'closed',
    countries: ['US'],
    retentionDays: 30,
    agreements: ['dpa', 'scc'],
  }),
  place('closed-c', { class: 'closed', countries: ['DE'], retentionDays: 55, agreements: ['dpa'] }),
  place('closed-d', {
    class: 'closed',
    countries: ['US'],
    trainsOnData: true,
    agreements: ['dpa'],
  }),
  place('hosted-c', { countries: ['US'] }),
]

const third = { zone: 'third-party' } as const
const apps = ['search', 'crm', 'helpdesk', 'ide', 'hr-bot', 'billing'] as const

const guardrails = [
  ...(['restricted', 'secret', 'export-control', 'pii.minor'] as const).map((what) =>
    guardrail(`${what.replace('.', '-')}-home`, {
      level: 'enforce-no-waiver' as const,
      when:
        what === 'restricted'
          ? { level: ['restricted' as const] }
          : { categories: { any: [what] } },
      never: third,
    }),
  ),
  guardrail('unread-home', {
    level: 'enforce-no-waiver' as const,
    when: { scan: ['partial' as const, 'unscanned' as const] },
    never: third,
  }),
  guardrail('health-baa', {
    when: { categories: { any: ['health' as const] } },
    never: { ...third, agreements: { lacks: ['baa' as const] } },
  }),
  guardrail('cards-aoc', {
    when: { categories: { any: ['pci' as const] } },
    never: { ...third, agreements: { lacks: ['pci-aoc' as const] } },
  }),
  guardrail('eu-transfer', {
    when: {
      categories: { any: ['pii' as const, 'hr' as const] },
      jurisdictions: { any: ['eu'], unknown: true },
    },
    never: { ...third, countries: { outside: ['eu'] }, agreements: { lacks: ['scc' as const] } },
  }),
  guardrail('legal-zdr', {
    when: { categories: { any: ['legal' as const] } },
    never: { ...third, agreements: { lacks: ['zdr' as const] } },
  }),
  guardrail('confidential-dpa', {
    when: { level: { atLeast: 'confidential' as const } },
    never: { ...third, agreements: { lacks: ['dpa' as const] } },
  }),
  guardrail('confidential-retention', {
    when: { level: { atLeast: 'confidential' as const } },
    never: { retentionDays: { above: 30 } },
  }),
  guardrail('no-training', {
    when: { level: { atLeast: 'internal' as const } },
    never: { trainsOnData: true },
  }),
  guardrail('not-stored', {
    when: { level: { atLeast: 'confidential' as const }, handling: { stored: true } },
    never: third,
  }),
  guardrail('hosted-tools', {
    when: { level: { atLeast: 'confidential' as const }, handling: { hostedTools: true } },
    never: third,
  }),
  guardrail('code-zdr', {
    when: { categories: { any: ['source-code' as const] }, app: ['ide'] },
    never: { ...third, agreements: { lacks: ['zdr' as const] } },
  }),
  guardrail('hr-closed', {
    when: { categories: { any: ['hr' as const] }, app: ['hr-bot'] },
    never: { class: ['closed' as const] },
  }),
  guardrail('billing-eu', {
    when: { app: ['billing'], level: { atLeast: 'internal' as const } },
    never: { ...third, countries: { outside: ['eu'] } },
  }),
  guardrail('contractors', {
    when: { team: ['contractors'], level: { atLeast: 'confidential' as const } },
    never: { class: ['closed' as const] },
  }),
]

const routes = [
  rule('restricted', { when: { level: ['restricted' as const] }, prefer: ['lab', 'home'] }),
  rule('secrets', { when: { categories: { any: ['secret' as const] } }, prefer: ['home', 'lab'] }),
  rule('health', {
    when: { categories: { any: ['health' as const] } },
    prefer: ['closed-a', 'onprem'],
  }),
  rule('cards', { when: { categories: { any: ['pci' as const] } }, prefer: ['home', 'lab'] }),
  ...apps.flatMap((app) => [
    rule(`${app}-frontier`, {
      when: { app: [app], quality: ['frontier' as const] },
      prefer: [['closed-a', 'closed-b'], 'onprem'],
    }),
    rule(`${app}-rest`, { when: { app: [app] }, prefer: ['edge', ['hosted', 'closed'], 'onprem'] }),
  ]),
  rule('internal-up', {
    when: { level: { atLeast: 'internal' as const } },
    prefer: ['edge', ['hosted', 'closed'], 'onprem'],
  }),
  rule('everything', { prefer: ['cheapest'] }),
]

const obligations = [
  ...apps.map((app, at) =>
    rule(`${app}-limit`, { when: { app: [app] }, must: { maxCostUsd: `${at + 1}` } }),
  ),
  rule('restricted-log', {
    when: { level: ['restricted' as const] },
    must: { log: 'minimal' as const },
  }),
  rule('health-review', {
    when: { categories: { any: ['health' as const] } },
    must: { review: 'human' as const },
  }),
  rule('legal-cache', {
    when: { categories: { any: ['legal' as const] } },
    must: { cache: 'none' as const },
  }),
  rule('hr-mask', {
    when: { categories: { all: ['hr' as const, 'pii' as const] }, app: ['hr-bot'] },
    must: { redact: ['person' as const, 'email' as const], by: 'mask' as const },
  }),
  rule('contractor-fresh', { when: { team: ['contractors'] }, must: { fresh: 'strict' as const } }),
  rule('minor-retention', {
    when: { categories: { any: ['bank' as const] } },
    must: { retention: 'zero' as const },
  }),
  rule('any-attempt', { must: { maxCostUsd: '25' } }),
  rule('internal-log', {
    when: { level: { atLeast: 'confidential' as const }, team: ['contractors'] },
    must: { log: 'minimal' as const },
  }),
]

/** Fifty rules without a defect, all of which do something. */
export const fiftyRules: Bundle = bundleOf({
  attributes: {
    countryGroups: { eu: { title: 'the EU', countries: ['DE', 'FR'], source: 'a treaty' } },
    teams: ['contractors', 'red'],
    apps: [...apps],
    purposes: ['general'],
    declaredCategories: ['health'],
  },
  destinations,
  guardrails,
  routes,
  obligations,
  invariants: [
    rule('no-restricted-away', { when: { level: ['restricted' as const] }, never: third }),
    rule('health-only-baa', {
      when: { categories: { any: ['health' as const] } },
      never: { ...third, agreements: { lacks: ['baa' as const] } },
    }),
  ],
})
