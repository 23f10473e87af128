import { describe, expect, test } from 'vitest'
import type { Offer } from '../../src/domain/catalog.ts'
import { aliases, destinations, models, offers, own } from './catalog.ts'

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)
const repeated = (list: readonly string[]) => list.filter((id, at) => list.indexOf(id) !== at)

describe('destinations', () => {
  test('are the nine that the spine serves', () =>
    expect(ids(destinations).toSorted()).toEqual(
      [
        'workers-ai',
        'together',
        'fireworks',
        'vllm',
        'ollama',
        'llama-cpp',
        'openai',
        'anthropic',
        'gemini',
      ].toSorted(),
    ))

  test('hold only facts that are in force today and expire within 2027', () => {
    const dates = destinations.flatMap(({ facts: { class: _class, agreements, ...facts } }) =>
      [...Object.values(facts), ...agreements].map(({ expires }) => expires),
    )
    expect(dates.filter((date) => date <= '2026-11-24' || date > '2027-12-31')).toEqual([])
  })

  test('are own hardware exactly where the class says on-premises', () =>
    expect(own).toEqual(
      destinations.filter(({ facts }) => facts.class === 'onprem').map(({ id }) => id),
    ))

  test('claim no agreement that only a signature brings into force', () =>
    expect(
      destinations
        .flatMap(({ facts }) => facts.agreements.map(({ value }) => value))
        .filter((value) => value !== 'dpa' && value !== 'scc'),
    ).toEqual([]))

  test('leave a third party for European personal data: one with DPA, SCC and at most 30 days', () =>
    expect(
      destinations.filter(({ facts }) => {
        const agreements = facts.agreements.map(({ value }) => value)
        return (
          facts.zone.value === 'third-party' &&
          agreements.includes('dpa') &&
          agreements.includes('scc') &&
          facts.retentionDays.value <= 30 &&
          !facts.trainsOnData.value
        )
      }),
    ).not.toEqual([]))
})

describe('models', () => {
  test('have ids, aliases and destinations that do not collide', () =>
    expect(repeated([...ids(models), ...ids(aliases), ...ids(destinations), 'auto'])).toEqual([]))

  test('have one upstream id a destination', () =>
    expect(
      repeated(offers.map(({ offer }) => `${offer.destination} ${offer.upstreamModel}`)),
    ).toEqual([]))

  test('are offered once at a destination', () =>
    expect(repeated(offers.map(({ model, offer }) => `${offer.destination} ${model.id}`))).toEqual(
      [],
    ))

  test('are offered at destinations that exist, at each of them', () =>
    expect(new Set(offers.map(({ offer }) => offer.destination))).toEqual(
      new Set(ids(destinations)),
    ))

  const shapes: readonly [string, string, RegExp][] = [
    ['Workers AI only under @cf/', 'workers-ai', /^@cf\/[a-z-]+\/[a-z0-9.-]+$/],
    [
      'Fireworks under its own account',
      'fireworks',
      /^(?:accounts\/fireworks\/models\/[a-z0-9-]+|nomic-ai\/[\w.-]+)$/,
    ],
    ['Together as maker/name', 'together', /^[\w-]+\/[\w.-]+$/],
    ['Ollama never in its cloud', 'ollama', /^(?!.*cloud)[a-z0-9.-]+:[a-z0-9.]+$/],
    [
      'OpenAI without a fixed date',
      'openai',
      /^(?:gpt-5(\.\d)?(-[a-z]+)?|text-embedding-3-[a-z]+)$/,
    ],
  ]
  test.each(shapes)('are known to %s', (_name, destination, shape) => {
    const upstreams = offers
      .filter(({ offer }) => offer.destination === destination && offer.pricedOnly !== true)
      .map(({ offer }) => offer.upstreamModel)
    expect(upstreams.filter((id) => !shape.test(id))).toEqual([])
  })

  const impossible: readonly [string, (offer: Offer) => boolean][] = [
    ['answers longer than the context', (offer) => offer.outputTokensMax > offer.contextTokens],
    [
      'a ceiling for images without vision',
      (offer) => offer.mediaTokensMax !== undefined && !offer.features.includes('vision'),
    ],
    [
      'files beside a ceiling that holds for images only',
      (offer) => offer.mediaTokensMax !== undefined && offer.features.includes('file-input'),
    ],
    [
      'audio, which has a meter that the price book lacks',
      (offer) => offer.features.includes('audio-input'),
    ],
    ['the same feature twice', (offer) => repeated(offer.features).length > 0],
  ]
  test.each(impossible)('never have %s', (_name, wrong) =>
    expect(offers.filter(({ offer }) => wrong(offer))).toEqual([]),
  )

  test.each([
    'gpt-5',
    'claude-sonnet',
    'claude-opus',
    'claude-haiku',
    'gemini',
    'llama',
    'qwen3',
    'qwen3.5',
    'glm',
    'deepseek',
    'mistral-small',
    'gemma-3',
    'gpt-oss',
  ])('include the family %s', (family) =>
    expect(models.some((model) => model.family === family)).toBe(true),
  )

  test('are what the aliases name', () =>
    expect(
      aliases.flatMap((alias) => alias.models).filter((id) => !ids(models).includes(id)),
    ).toEqual([]))

  test('of the alias private are on own hardware and nowhere else', () => {
    const named = aliases.find(({ id }) => id === 'private')?.models ?? []
    const places = offers.filter(({ model }) => named.includes(model.id))
    expect(places.length).toBeGreaterThan(0)
    expect(places.filter(({ offer }) => !own.includes(offer.destination))).toEqual([])
  })

  test('come in every quality that a client can ask for', () =>
    expect(new Set(models.map(({ quality }) => quality))).toEqual(
      new Set(['basic', 'standard', 'frontier']),
    ))

  test('on own hardware include one of standard quality with tools and JSON schemas', () =>
    expect(
      offers.some(
        ({ model, offer }) =>
          offer.destination === 'vllm' &&
          model.quality === 'standard' &&
          offer.features.includes('tools') &&
          offer.features.includes('json-schema'),
      ),
    ).toBe(true))
})
