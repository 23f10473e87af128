import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import { expect, test } from 'vitest'
import { compileRules, evaluate } from '../../src/policy/evaluate.ts'
import { toCedar, toContext, toEntity } from './cedar.ts'
import { drawFrom, MOMENTS, randomBundle, randomRequest } from './random.ts'

const SIZE = { guardrails: 8, routes: 5, obligations: 5, waivers: 3, destinations: 5 }
const POLICIES = 150
const REQUESTS = 14

test(
  'the engine and Cedar agree on more than 10,000 requests under random policies',
  { timeout: 60_000 },
  () => {
    let checks = 0
    let permits = 0
    const differences: object[] = []
    for (let seed = 1; seed <= POLICIES; seed++) {
      const bundle = randomBundle(seed + 5_000, SIZE)
      const draw = drawFrom(seed)
      const atMs = draw.pick(MOMENTS)
      const day = new Date(atMs).toISOString().slice(0, 10)
      const policies = toCedar(bundle, day)
      const parsed = preparsePolicySet('policy', { staticPolicies: policies })
      if (parsed.type === 'failure')
        throw new Error(`${JSON.stringify(parsed.errors)}\n${policies}`)
      const entities = bundle.destinations.map((one) => toEntity(one, day))
      const rules = compileRules(bundle, atMs)
      for (let count = 0; count < REQUESTS; count++) {
        const request = randomRequest(draw)
        const { removedBy, route } = evaluate(rules, request)
        const context = toContext(request)
        for (const [at, entity] of entities.entries()) {
          const answer = statefulIsAuthorized({
            principal: { type: 'Caller', id: 'one' },
            action: { type: 'Action', id: 'send' },
            resource: entity.uid,
            context,
            preparsedPolicySetId: 'policy',
            entities: [entity],
          })
          if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors))
          // A rule that Cedar cannot evaluate would be left out in silence.
          expect(answer.response.diagnostics.errors).toEqual([])
          const ours = removedBy[at] === undefined && (route?.ranks[at] ?? -1) >= 0
          checks++
          permits += Number(ours)
          if (ours !== (answer.response.decision === 'allow'))
            differences.push({ seed, destination: entity.uid.id, ours, request })
        }
      }
    }
    expect(differences.slice(0, 3)).toEqual([])
    expect(checks).toBeGreaterThan(10_000)
    expect(permits).toBeGreaterThan(checks / 10)
  },
)
