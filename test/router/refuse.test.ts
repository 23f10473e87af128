import { describe, expect, test } from 'vitest'
import { guardrail, own, place, rule } from '../policy/fixtures.ts'
import { answer, ask, availability, model, removedFrom, worldOf } from './fixtures.ts'

const third = { zone: 'third-party' } as const
const restrictedHome = guardrail('restricted-home', {
  when: { level: ['restricted' as const] },
  never: third,
})
const guarded = worldOf({ guardrails: [restrictedHome] })

describe('a refusal says what helps most', () => {
  const noHome = [guardrail('no-home', { never: { zone: 'own' as const } })]
  test.each([
    [
      'the guardrail that removes most',
      {
        world: worldOf({
          guardrails: [
            restrictedHome,
            guardrail('nowhere', { when: { level: ['restricted' as const] } }),
          ],
        }),
        label: { level: 'restricted' as const },
      },
      'policy_forbids:nowhere',
    ],
    ['no route', { world: worldOf({ routes: [] }) }, 'policy_forbids:no-route'],
    [
      'what no model can do, before the policy',
      { world: guarded, request: { features: ['audio-input' as const] } },
      'cannot_serve',
    ],
    [
      'the policy, where those who may cannot do it',
      {
        world: guarded,
        label: { level: 'restricted' as const },
        request: { features: ['tools' as const] },
      },
      'policy_forbids:restricted-home',
    ],
    [
      'the policy, where those who may are not configured',
      {
        world: worldOf(
          { guardrails: [restrictedHome] },
          { availability: availability({ home: 'unconfigured' }) },
        ),
        label: { level: 'restricted' as const },
      },
      'policy_forbids:restricted-home',
    ],
    [
      'nothing configured',
      { world: worldOf({}, { availability: () => 'unconfigured' }) },
      'no_destination',
    ],
    [
      'everything cooling',
      { world: worldOf({}, { availability: () => 'cooling' }) },
      'no_destination',
    ],
    [
      'that only safe mode stands in the way',
      { world: worldOf({ guardrails: noHome }, { ownZoneOnly: true }) },
      'policy_unavailable',
    ],
    [
      'the guardrail, also in safe mode',
      { world: worldOf({ guardrails: [guardrail('nowhere', {})] }, { ownZoneOnly: true }) },
      'policy_forbids:nowhere',
    ],
    ['a missing price', { world: worldOf({ prices: [] }) }, 'price_unknown'],
    [
      'a price of another time',
      { world: worldOf({}, { nowMs: Date.parse('2025-01-01') }) },
      'price_unknown',
    ],
    [
      'the cost limit',
      { request: { model: 'best' }, wishes: { maxCostPicoUsd: 1n } },
      'cost_over_limit',
    ],
    [
      "an obligation's cost limit",
      {
        world: worldOf({ obligations: [rule('cheap', { must: { maxCostUsd: '0.000001' } })] }),
        request: { model: 'best' },
      },
      'cost_over_limit',
    ],
    ['a context that is too small', { request: { promptBytes: 4_000_000 } }, 'cannot_serve'],
    ['more output than any model writes', { request: { outputTokensMax: 9000 } }, 'cannot_serve'],
    [
      'quality that no model has',
      { request: { model: 'small' }, wishes: { quality: 'frontier' as const } },
      'cannot_serve',
    ],
  ])('%s', (_name, question, expected) => expect(answer(ask(question))).toBe(expected))

  test.each([
    [{ request: { features: ['audio-input' as const] } }, 'messages'],
    [{ request: { model: 'small', features: ['tools' as const] } }, 'tools'],
    [{ request: { outputTokensMax: 9000 } }, 'max_completion_tokens'],
    [{ request: { model: 'small' }, wishes: { quality: 'frontier' as const } }, 'demarc-quality'],
    [
      {
        world: worldOf(
          {},
          { adapters: { plain: { unsupported: ['seed' as const], acceptsModel: () => true } } },
        ),
        request: { features: ['seed' as const] },
        wishes: { strict: true },
      },
      'seed',
    ],
  ])('%j names the parameter', (question, param) => {
    const decision = ask(question)
    expect(decision.ok ? undefined : decision.error).toMatchObject({ code: 'cannot_serve', param })
  })

  test('names how much a model writes at most', () => {
    const decision = ask({ request: { outputTokensMax: 9000 } })
    expect(decision.ok ? undefined : decision.error).toMatchObject({
      reason: expect.stringMatching(/^no model writes more than [1-9]\d{3} tokens$/),
    })
  })

  test('names an unknown field to the caller and nowhere else', () => {
    const decision = ask({
      request: { model: 'large', unknownFields: ['jane_doe'] },
      wishes: { strict: true },
    })
    if (decision.ok || decision.error.code !== 'cannot_serve') throw new Error('no refusal')
    expect(decision.error.param).toBe('jane_doe')
    expect(removedFrom(decision)).toEqual(['away/large: strict:unknown-field'])
    expect(JSON.stringify(decision.error.receipt)).not.toContain('jane_doe')
  })

  test('has a receipt with every removal', () => {
    const decision = ask({
      world: guarded,
      label: { level: 'restricted' },
      request: { features: ['vision'] },
    })
    expect(decision.ok ? undefined : decision.error).toMatchObject({
      code: 'policy_forbids',
      receipt: {
        policyHash: 'hash',
        requestedModel: 'auto',
        guardrails: ['restricted-home'],
        route: 'all',
        attempts: [],
      },
    })
    expect(removedFrom(decision)).toEqual([
      'home/small: capability:vision',
      'away: restricted-home',
      'closed: restricted-home',
    ])
  })
})

describe('what a request asks for', () => {
  const adapters = {
    plain: { unsupported: ['seed', 'n', 'vision'] as const, acceptsModel: () => true },
  }

  test('is listed where the destination has no words for it', () => {
    const decision = ask({
      world: worldOf({}, { adapters }),
      request: { model: 'away/large', features: ['seed', 'stop'], unknownFields: ['shiny'] },
    })
    expect(decision.ok && decision.value.attempts[0].unsupported).toEqual(['seed', 'shiny'])
  })

  test('reaches own hardware with its unknown fields', () => {
    const decision = ask({ request: { model: 'home/small', unknownFields: ['shiny'] } })
    expect(decision.ok && decision.value.attempts[0].unsupported).toEqual([])
  })

  test.each([
    ['a strict request', { wishes: { strict: true } }],
    ['a strict key', { caller: { strict: true } }],
  ])('is not left out for %s', (_name, strict) => {
    const request = { model: 'small', unknownFields: ['shiny'] }
    expect(answer(ask({ request, ...strict }))).toEqual(['home/small'])
  })

  test('is no candidate where an essential feature has no words, whatever the model can do', () =>
    expect(
      answer(ask({ world: worldOf({}, { adapters }), request: { features: ['vision'] } })),
    ).toBe('cannot_serve'))

  test('needs a bound on media at a price, and none where it is free', () => {
    const models = [
      model(
        'eyes',
        'basic',
        { at: 'home', rate: 0, features: ['vision'] },
        { at: 'away', features: ['vision'] },
        { at: 'closed', features: ['vision'], media: 1000 },
      ),
    ]
    const decision = ask({
      world: worldOf({}, {}, models),
      request: { features: ['vision'], mediaParts: 2 },
    })
    expect(answer(decision)).toEqual(['home/eyes', 'closed/eyes'])
    expect(removedFrom(decision)).toEqual(['away/eyes: no-bound'])
  })

  test('fits a context by a realistic count of tokens, not by its bytes', () => {
    const models = [model('tight', 'basic', { at: 'home', context: 200 })]
    const fits = (promptBytes: number) =>
      answer(
        ask({ world: worldOf({}, {}, models), request: { promptBytes, outputTokensMax: 100 } }),
      )
    expect([fits(400), fits(404)]).toEqual([['home/tight'], 'cannot_serve'])
  })
})

describe('a zone', () => {
  test('whose evidence has expired is no own hardware', () => {
    const destinations = [
      own('home'),
      place('old', { class: 'onprem', zone: 'own', expires: '2026-11-24' }),
    ]
    const models = [model('small', 'basic', { at: 'home' }, { at: 'old' })]
    const world = worldOf({ destinations, guardrails: [restrictedHome] }, {}, models)
    expect(answer(ask({ world, label: { level: 'restricted' } }))).toEqual(['home/small'])
    expect(answer(ask({ world: { ...world, ownZoneOnly: true } }))).toEqual(['home/small'])
  })
})
