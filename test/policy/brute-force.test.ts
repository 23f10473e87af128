import { expect, test } from 'vitest'
import { LEVELS, SCANS } from '../../src/domain/label.ts'
import { analyze } from '../../src/policy/analyze/analyze.ts'
import { timesOf } from '../../src/policy/analyze/calendar.ts'
import { diffPolicies } from '../../src/policy/analyze/diff.ts'
import { compileDestinationCondition, type RequestAttributes } from '../../src/policy/conditions.ts'
import { compileRules, evaluate } from '../../src/policy/evaluate.ts'
import type { Bundle, DestinationCondition, RequestCondition } from '../../src/policy/schema.ts'
import { bundleOf, guardrail, NOW_MS, own, place, requestOf, rule } from './fixtures.ts'
import { drawFrom, type Random } from './random.ts'

const CATEGORIES = ['pii', 'hr', 'secret'] as const
const TEAMS = ['red', 'blue'] as const

/** Every request that rules over these attributes can tell apart. */
const REQUESTS: readonly RequestAttributes[] = LEVELS.flatMap((level) =>
  SCANS.flatMap((scan) =>
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((bits) =>
      [...TEAMS, 'other'].map((team) =>
        requestOf(
          { level, scan, categories: CATEGORIES.filter((_, at) => (bits & (1 << at)) !== 0) },
          { team },
        ),
      ),
    ),
  ),
)

const conditionOf = ({ chance, pick, some }: Random): RequestCondition => ({
  ...(chance(0.5) && { level: chance(0.5) ? some(LEVELS) : { atLeast: pick(LEVELS) } }),
  ...(chance(0.5) && {
    categories: chance(0.8) ? { any: some(CATEGORIES) } : { none: [pick(CATEGORIES)] },
  }),
  ...(chance(0.2) && { scan: some(SCANS) }),
  ...(chance(0.3) && { team: some(TEAMS) }),
})

const placeOf = ({ pick }: Random): DestinationCondition =>
  pick<DestinationCondition>([
    { zone: 'third-party' },
    { trainsOnData: true },
    { agreements: { lacks: ['dpa'] } },
    { class: ['closed'] },
    {},
  ])

/** A small policy; facts and a waiver change it on three days. */
function smallBundle(seed: number): Bundle {
  const draw = drawFrom(seed)
  const list = [1, 2, 3, 4, 5].slice(0, draw.pick([2, 3, 4, 5]))
  const guardrails = list.map((at) =>
    guardrail(`g-${at}`, {
      level: draw.pick(['enforce', 'enforce', 'enforce-no-waiver', 'simulate'] as const),
      when: conditionOf(draw),
      never: placeOf(draw),
    }),
  )
  const waivable = guardrails.find(({ level }) => level === 'enforce')
  return bundleOf({
    attributes: {
      countryGroups: {},
      teams: [...TEAMS],
      apps: [],
      purposes: [],
      declaredCategories: [],
    },
    destinations: [
      own('home'),
      place('a', { agreements: ['dpa'], expires: '2027-02-01' }),
      place('b', { class: 'closed', trainsOnData: true }),
    ],
    guardrails,
    routes: list.map((at) =>
      rule(`r-${at}`, {
        when: at === 5 ? {} : conditionOf(draw),
        prefer: draw.some(['home', 'a', 'b', 'cheapest'], 0.3),
      }),
    ),
    waivers:
      waivable === undefined || draw.chance(0.5)
        ? []
        : [
            {
              id: 'w-one',
              guardrail: waivable.id,
              ticket: 'T-1',
              because: 'a test',
              approvers: ['a', 'b'],
              when: conditionOf(draw),
              to: placeOf(draw),
              from: '2026-12-01',
              expires: '2027-01-01',
            },
          ],
    invariants: [rule('i-one', { when: conditionOf(draw), never: placeOf(draw) })],
  })
}

/** One request, one destination, one moment, tried on the engine. */
type Trial = {
  readonly request: RequestAttributes
  readonly at: number
  readonly moment: number
  readonly route: string | undefined
  readonly rank: number
  readonly by: readonly string[]
}

function trialsOf(bundle: Bundle, moments: readonly number[]): readonly Trial[] {
  return moments.flatMap((moment) => {
    const rules = compileRules(bundle, moment)
    return REQUESTS.flatMap((request) => {
      const { route, removedBy } = evaluate(rules, request)
      return rules.destinations.map((_, at) => ({
        request,
        at,
        moment,
        route: route?.id,
        rank: route?.ranks[at] ?? -1,
        by: removedBy[at] ?? [],
      }))
    })
  })
}

const isPermitted = ({ rank, by }: Trial): boolean => rank >= 0 && by.length === 0

/** What a definition, tried on every case, says must be found. */
function expectedIn(bundle: Bundle, trials: readonly Trial[]) {
  const reached = new Set(trials.map(({ route }) => route))
  const levelOf = new Map(bundle.guardrails.map(({ id, level }) => [id, level]))
  const firm = (ids: readonly string[]) =>
    ids.filter((id) => levelOf.get(id) === 'enforce-no-waiver')
  const denies = new Set(trials.flatMap(({ by }) => by))
  const needed = new Set(
    trials.flatMap(({ by }) => [
      ...(by.length === 1 ? by : []),
      ...(firm(by).length === 1 ? firm(by) : []),
    ]),
  )
  const [invariant] = bundle.invariants
  const forbidden = compileDestinationCondition(invariant?.never ?? {}, {})
  const concerned = evaluateClaim(bundle, invariant?.when ?? {})
  const used = new Set(trials.filter(isPermitted).map(({ at }) => bundle.destinations[at]?.id))
  return {
    reached,
    redundant: [...denies].filter((id) => !needed.has(id)).toSorted(),
    unused: bundle.destinations
      .map(({ id }) => id)
      .filter((id) => !used.has(id))
      .toSorted(),
    isRefuted: trials.some((trial) => {
      const facts = compileRules(bundle, trial.moment).facts[trial.at]
      const id = bundle.destinations[trial.at]?.id ?? ''
      return (
        isPermitted(trial) &&
        facts !== undefined &&
        forbidden(facts, id) &&
        concerned(trial.request)
      )
    }),
    hasGap: trials.some(({ route, moment }) => route === undefined && moment === NOW_MS),
  }
}

/** A claim's condition, tried by a guardrail that forbids everything to what it is about. */
function evaluateClaim(bundle: Bundle, when: RequestCondition) {
  const rules = compileRules({ ...bundle, guardrails: [guardrail('probe', { when })] }, NOW_MS)
  return (request: RequestAttributes) => evaluate(rules, request).fired.length > 0
}

const SEEDS = Array.from({ length: 60 }, (_, at) => at + 1)

test('trying every case finds the same rules, gaps and refutations as the diagram', () => {
  const seen = { redundant: 0, unreachable: 0, refuted: 0, proved: 0, gaps: 0, unused: 0 }
  for (const seed of SEEDS) {
    const bundle = smallBundle(seed)
    const trials = trialsOf(bundle, timesOf([bundle], [], NOW_MS))
    const expected = expectedIn(bundle, trials)
    const analyzed = analyze(bundle, NOW_MS)
    if (!analyzed.ok) throw new Error(analyzed.error.message)
    const { findings } = analyzed.value
    const ids = (kind: string) =>
      findings
        .flatMap((one) => (one.kind === kind && one.rule !== null ? [one.rule] : []))
        .toSorted()
    const never = ids('never-applies')
    const unreachable = bundle.routes
      .map(({ id }) => id)
      .filter((id) => !expected.reached.has(id) && !never.includes(id))
    const found = {
      seed,
      unreachable: ids('unreachable-route'),
      redundant: ids('redundant-guardrail'),
      unused: ids('unused-destination'),
      isRefuted: ids('invariant-refuted').length > 0,
      hasGap: findings.some(({ kind }) => kind === 'coverage-gap'),
    }
    const { redundant, unused, isRefuted, hasGap } = expected
    expect(found).toEqual({ seed, unreachable, redundant, unused, isRefuted, hasGap })
    seen.redundant += redundant.length
    seen.unreachable += unreachable.length
    seen.unused += unused.length
    seen.refuted += Number(isRefuted)
    seen.proved += Number(!isRefuted)
    seen.gaps += Number(hasGap)
  }
  // Every kind occurs, so that agreeing means something.
  expect(Object.values(seen).every((count) => count >= 5)).toBe(true)
})

test('trying every case finds the same differences as the diagram', () => {
  const seen = { loosened: 0, tightened: 0, 'same-meaning': 0 }
  for (const seed of SEEDS) {
    const before = smallBundle(seed)
    const after =
      seed % 4 === 0
        ? { ...before, guardrails: before.guardrails.toReversed() }
        : seed % 4 === 1
          ? { ...before, guardrails: before.guardrails.slice(1), waivers: [] }
          : seed % 4 === 2
            ? { ...before, routes: before.routes.slice(1) }
            : {
                ...before,
                guardrails: [
                  ...before.guardrails,
                  ...smallBundle(seed + 500).guardrails.map((one) => ({
                    ...one,
                    id: `more-${one.id}`,
                  })),
                ],
              }
    const moments = timesOf([before, after], [], NOW_MS)
    const [from, to] = [trialsOf(before, moments), trialsOf(after, moments)]
    const allowed = to.some((trial, at) => isPermitted(trial) && !permittedAt(from, at))
    const refused = from.some((trial, at) => isPermitted(trial) && !permittedAt(to, at))
    const isSame = !allowed && !refused && ordersOf(from) === ordersOf(to)
    const compared = diffPolicies(before, after, NOW_MS)
    if (!compared.ok) throw new Error(compared.error.message)
    const { newlyAllowed, newlyRefused, class: kind } = compared.value
    expect({
      seed,
      kind,
      allowed: newlyAllowed.cases.length > 0,
      refused: newlyRefused.cases.length > 0,
    }).toEqual({
      seed,
      kind: allowed ? 'loosened' : isSame ? 'same-meaning' : 'tightened',
      allowed,
      refused,
    })
    seen[kind]++
  }
  expect(Object.values(seen).every((count) => count >= 5)).toBe(true)
})

const permittedAt = (trials: readonly Trial[], at: number): boolean => {
  const trial = trials[at]
  return trial !== undefined && isPermitted(trial)
}

/** For each request and moment, its permitted destinations in the order of their ranks. */
function ordersOf(trials: readonly Trial[]): string {
  const orders: string[] = []
  for (let start = 0; start < trials.length; start += 3) {
    const permitted = trials.slice(start, start + 3).filter(isPermitted)
    const ranks = [...new Set(permitted.map(({ rank }) => rank))].toSorted((a, b) => a - b)
    orders.push(
      ranks
        .map((rank) =>
          permitted
            .filter((one) => one.rank === rank)
            .map(({ at }) => at)
            .join('='),
        )
        .join('>'),
    )
  }
  return orders.join(' ')
}
