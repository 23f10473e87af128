import { expect, test } from 'vitest'
import { timesOf } from '../../src/policy/analyze/calendar.ts'
import type { RequestAttributes } from '../../src/policy/conditions.ts'
import { Diagram } from '../../src/policy/analyze/diagram.ts'
import { includes } from '../../src/policy/analyze/diagram-queries.ts'
import { compileRules, evaluate, type Rules } from '../../src/policy/evaluate.ts'
import { type Model, modelOf } from '../../src/policy/analyze/model.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { pointOf, spaceOf } from '../../src/policy/analyze/space.ts'
import { NOW_MS } from './fixtures.ts'
import { drawFrom, MOMENTS, randomBundle, randomLabel, randomRequest } from './random.ts'

function modelFrom(bundle: Bundle): Model & { readonly times: readonly number[] } {
  const times = timesOf([bundle], [], NOW_MS)
  const space = spaceOf([bundle], [], times)
  const diagram = new Diagram(
    space.variables.map(({ values }) => values.length),
    1_000_000,
  )
  return { ...modelOf({ space, diagram }, bundle, times), times }
}

type Asked = {
  readonly request: RequestAttributes
  readonly form: 'raw' | 'redacted'
  readonly destination: number
  readonly atMs: number
}

/** What the diagram says of one request. */
function drawn(model: ReturnType<typeof modelFrom>, { request, form, destination, atMs }: Asked) {
  const point = [...pointOf(model.space, request)]
  const formAt = model.space.at('form')
  if (formAt < 0 && form === 'redacted') return false
  if (formAt >= 0) point[formAt] = form === 'raw' ? 0 : 1
  point[model.space.at('destination')] = destination
  point[model.space.at('time')] = model.times.findLastIndex((time) => time <= atMs)
  return includes(model.diagram, model.permitted, point)
}

/** What the engine says, as the router asks it. */
function evaluated(rules: Rules, request: RequestAttributes, destination: number, form: string) {
  const { removedBy, route, obligations } = evaluate(rules, request)
  const isThird = rules.facts[destination]?.zone !== 'own'
  const isKept = form === 'raw' ? !(isThird && obligations.redact.length > 0) : isThird
  return isKept && removedBy[destination] === undefined && (route?.ranks[destination] ?? -1) >= 0
}

const SIZE = { guardrails: 8, routes: 5, obligations: 4, waivers: 2, destinations: 5 }
const POLICIES = 150
const REQUESTS = 20

test(
  'the diagram and the engine agree on more than 100,000 requests under random policies',
  { timeout: 60_000 },
  () => {
    let checks = 0
    const permitted = { raw: 0, redacted: 0 }
    const differences: object[] = []
    for (let seed = 1; seed <= POLICIES; seed++) {
      const bundle = randomBundle(seed, SIZE)
      const model = modelFrom(bundle)
      const draw = drawFrom(seed + 100_000)
      for (const atMs of MOMENTS) {
        const rules = compileRules(bundle, atMs)
        for (let count = 0; count < REQUESTS; count++) {
          const request = randomRequest(draw)
          const mustRedact = evaluate(rules, request).obligations.redact.length > 0
          // What remains keeps who asked and how much was read.
          const { scan } = request.label
          const rest = { ...request, label: { ...randomLabel(draw), scan } }
          for (const destination of bundle.destinations.keys()) {
            const asked = { destination, atMs }
            const raw = evaluated(rules, request, destination, 'raw')
            if (raw !== drawn(model, { ...asked, request, form: 'raw' }))
              differences.push({ seed, ...asked, request, raw })
            checks++
            permitted.raw += Number(raw)
            if (!mustRedact) continue
            const redacted = evaluated(rules, rest, destination, 'redacted')
            if (redacted !== drawn(model, { ...asked, request: rest, form: 'redacted' }))
              differences.push({ seed, ...asked, rest, redacted })
            checks++
            permitted.redacted += Number(redacted)
          }
        }
      }
    }
    expect(differences.slice(0, 3)).toEqual([])
    expect(checks).toBeGreaterThan(100_000)
    // Both answers occur often, so that agreeing means something.
    expect(permitted.raw).toBeGreaterThan(checks / 10)
    expect(permitted.redacted).toBeGreaterThan(checks / 100)
  },
)
