import { describe, expect, test } from 'vitest'
import { costMax } from '../../src/pricing/bound.ts'
import { guardrail, place, rule } from '../policy/fixtures.ts'
import { answer, ask, availability, model, removedFrom, requestFacts, worldOf } from './fixtures.ts'

const third = { zone: 'third-party' } as const
const restrictedHome = guardrail('restricted-home', {
  when: { level: ['restricted' as const] },
  never: third,
})
const guarded = worldOf({ guardrails: [restrictedHome] })
const route = (parts: object) =>
  worldOf({ routes: [rule('r-one', { prefer: ['cheapest'], ...parts })] })

describe('the plan', () => {
  test.each([
    ['takes the cheapest of all', {}, ['home/small', 'away/small', 'away/large', 'closed/best']],
    [
      'follows the route before the cost',
      { world: route({ prefer: ['closed', ['hosted', 'onprem']] }) },
      ['closed/best', 'home/small', 'away/small', 'away/large'],
    ],
    [
      'uses nothing that the route does not list',
      { world: route({ prefer: ['hosted'] }) },
      ['away/small', 'away/large'],
    ],
    [
      'takes only the quality asked for',
      { wishes: { quality: 'standard' as const } },
      ['away/large', 'closed/best'],
    ],
    [
      'takes the quality of the route when none is asked',
      { world: route({ quality: 'frontier' }) },
      ['closed/best'],
    ],
    [
      'lets the caller ask for less than the route',
      { world: route({ quality: 'frontier' }), wishes: { quality: 'standard' as const } },
      ['away/large', 'closed/best'],
    ],
    [
      'takes only models with the features asked for',
      { request: { features: ['tools' as const] } },
      ['away/large', 'closed/best'],
    ],
    [
      'keeps restricted data on own hardware',
      { world: guarded, label: { level: 'restricted' as const } },
      ['home/small'],
    ],
    [
      'treats unscanned as the worst',
      { world: guarded, label: { scan: 'unscanned' as const } },
      ['home/small'],
    ],
    [
      'leaves out what is not configured',
      { world: worldOf({}, { availability: availability({ home: 'unconfigured' }) }) },
      ['away/small', 'away/large', 'closed/best'],
    ],
    [
      'leaves out what is cooling',
      { world: worldOf({}, { availability: availability({ away: 'cooling' }) }) },
      ['home/small', 'closed/best'],
    ],
    [
      'uses only own hardware in safe mode',
      { world: worldOf({}, { ownZoneOnly: true }) },
      ['home/small'],
    ],
    [
      'leaves out what costs more than the caller wishes',
      { wishes: { maxCostPicoUsd: 1_000_000_000n } },
      ['home/small', 'away/small', 'away/large'],
    ],
    [
      'leaves out what the destination would pass on',
      {
        world: worldOf(
          {},
          { adapters: { plain: { unsupported: [], acceptsModel: (id) => id === 'best-2026' } } },
        ),
      },
      ['closed/best'],
    ],
    [
      'leaves out what nobody has code for',
      { world: worldOf({}, { adapters: {} }) },
      'no_destination',
    ],
  ])('%s', (_name, question, expected) => expect(answer(ask(question))).toEqual(expected))

  test('prefers the better model at the same bound, then the name', () => {
    const models = [
      model('b', 'basic', { at: 'away' }, { at: 'home' }),
      model('a', 'basic', { at: 'away' }),
      model('c', 'frontier', { at: 'closed' }),
    ]
    expect(answer(ask({ world: worldOf({}, {}, models) }))).toEqual([
      'closed/c',
      'away/a',
      'away/b',
      'home/b',
    ])
  })

  test('holds at most two attempts of a destination and eight in all, and says what is beyond', () => {
    const places = ['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => place(id))
    const models = ['m1', 'm2', 'm3'].map((id) =>
      model(id, 'basic', ...places.map((one, at) => ({ at: one.id, rate: (at + 1) * 1000 }))),
    )
    const decision = ask({ world: worldOf({ destinations: places }, {}, models) })
    expect(answer(decision)).toEqual([
      'p1/m1',
      'p1/m2',
      'p2/m1',
      'p2/m2',
      'p3/m1',
      'p3/m2',
      'p4/m1',
      'p4/m2',
    ])
    expect(removedFrom(decision)).toEqual(['p5: attempt-limit'])
  })

  test('holds the exact bound and what it assumes', () => {
    const decision = ask({ request: { model: 'best', outputTokensMax: undefined, choices: 2 } })
    if (!decision.ok) throw new Error('refused')
    const [attempt] = decision.value.attempts
    const price = {
      version: 'closed/best',
      destination: 'closed',
      model: 'best',
      validFrom: '2026-01-01',
      meters: { input: 9_000_000, output: 9_000_000 },
      tiers: [],
      source: '',
    }
    expect(attempt).toEqual({
      destination: 'closed',
      model: 'best',
      upstreamModel: 'best-2026',
      form: 'raw',
      boundPicoUsd: costMax(requestFacts({ choices: 2 }), 8000, price, undefined),
      outputTokensMax: 8000,
      priceVersion: 'closed/best',
      unsupported: [],
    })
  })

  test.each([
    ["the request's limit", { outputTokensMax: 50 }, {}, 50],
    ["the key's default", { outputTokensMax: undefined }, { defaultOutputTokens: 200 }, 200],
    [
      "the model's maximum, where the key's default is more",
      { outputTokensMax: undefined },
      { defaultOutputTokens: 5000 },
      1000,
    ],
    ["the model's maximum", { outputTokensMax: undefined }, {}, 1000],
  ])('reserves output up to %s', (_name, request, caller, tokens) => {
    const decision = ask({ request: { model: 'large', ...request }, caller })
    expect(decision.ok && decision.value.attempts[0].outputTokensMax).toBe(tokens)
  })

  test('is the same for the same facts', () => {
    const question = {
      world: guarded,
      label: { level: 'internal' as const, categories: ['pii' as const] },
    }
    expect(ask(question)).toEqual(ask(question))
  })
})

describe('a name', () => {
  test.each([
    ['of a model means all its offers', 'small', ['home/small', 'away/small']],
    ['of an alias means all its models', 'fast', ['home/small', 'away/small', 'away/large']],
    ['of a destination and a model means one offer', 'away/small', ['away/small']],
    ['of a destination and its own id means one offer', 'away/up/small', ['away/small']],
    ["of a provider's own", 'best-2026', ['closed/best']],
    ["with a slash of a provider's own", 'up/large', ['away/large']],
    ['of a model that a destination does not offer is unknown', 'home/best', 'model_unknown'],
    ['that nobody has is unknown', 'nothing', 'model_unknown'],
    ['of a destination alone is unknown', 'away', 'model_unknown'],
    ['with a slash after nothing is unknown', 'away/', 'model_unknown'],
    ['of an inherited property is unknown', 'constructor', 'model_unknown'],
    ['that is empty is unknown', '', 'model_unknown'],
  ])('%s', (_name, written, expected) => {
    const world = worldOf({ aliases: [{ id: 'fast', models: ['small', 'large'] }] })
    expect(answer(ask({ world, request: { model: written } }))).toEqual(expected)
  })

  test("that begins like a destination may still be another's own id", () => {
    const models = [model('open', 'basic', { at: 'away', upstream: 'closed/open-120b' })]
    expect(
      answer(ask({ world: worldOf({}, {}, models), request: { model: 'closed/open-120b' } })),
    ).toEqual(['away/open'])
  })

  test.each([
    [
      'auto, when it is listed',
      ['auto'],
      'auto',
      ['home/small', 'away/small', 'away/large', 'closed/best'],
    ],
    ['auto, when it is not', ['small'], 'auto', 'model_not_allowed'],
    ['a model, when it is listed', ['small'], 'small', ['home/small', 'away/small']],
    ['a model, when it is not', ['large'], 'small', 'model_not_allowed'],
    ['a model, where its destination is listed', ['away'], 'small', ['away/small']],
    ['a model, where the pair is listed', ['home/small'], 'small', ['home/small']],
    ["a provider's id, when our name for it is listed", ['best'], 'best-2026', ['closed/best']],
    ['a pair, when the model is listed', ['best'], 'closed/best-2026', ['closed/best']],
    ['nothing, when the list is empty', [], 'small', 'model_not_allowed'],
  ])('may be %s', (_name, allowedModels, written, expected) =>
    expect(answer(ask({ request: { model: written }, caller: { allowedModels } }))).toEqual(
      expected,
    ),
  )

  test('is no way round a guardrail', () => {
    for (const written of ['best', 'closed/best', 'best-2026', 'closed/best-2026'])
      expect(
        answer(
          ask({ world: guarded, label: { level: 'restricted' }, request: { model: written } }),
        ),
      ).toBe('policy_forbids:restricted-home')
  })

  test('is no way round a route that leaves it out', () =>
    expect(answer(ask({ world: route({ prefer: ['onprem'] }), request: { model: 'best' } }))).toBe(
      'policy_forbids:r-one',
    ))

  test('is taken whatever quality the route wants for auto', () =>
    expect(
      answer(ask({ world: route({ quality: 'frontier' }), request: { model: 'small' } })),
    ).toEqual(['home/small', 'away/small']))
})
