import { describe, expect, test } from 'vitest'
import type { RequestAttributes } from '../../src/policy/conditions.ts'
import type { DestinationCondition, RequestCondition } from '../../src/policy/schema.ts'
import { bundleOf, guardrail, permitted, place, requestOf } from './fixtures.ts'

const applies = (when: RequestCondition, request: RequestAttributes): boolean =>
  permitted(bundleOf({ guardrails: [guardrail('g-one', { when })] }), request).length === 0

const hits = (never: DestinationCondition, facts: Parameters<typeof place>[1]): boolean =>
  !permitted(
    bundleOf({ guardrails: [guardrail('g-one', { never })], destinations: [place('away', facts)] }),
    requestOf({}),
  ).includes('away')

describe('a condition on the request', () => {
  test.each<[string, RequestCondition, RequestAttributes, boolean]>([
    ['is every request when empty', {}, requestOf({}), true],
    ['lists levels', { level: ['internal'] }, requestOf({ level: 'internal' }), true],
    [
      'lists levels and no other',
      { level: ['internal'] },
      requestOf({ level: 'restricted' }),
      false,
    ],
    [
      'counts levels from one on',
      { level: { atLeast: 'internal' } },
      requestOf({ level: 'restricted' }),
      true,
    ],
    ['counts no lower level', { level: { atLeast: 'internal' } }, requestOf({}), false],
    [
      'takes unscanned for restricted',
      { level: ['restricted'] },
      requestOf({ scan: 'unscanned' }),
      true,
    ],
    [
      'takes half-scanned for what was seen',
      { level: ['restricted'] },
      requestOf({ scan: 'partial' }),
      false,
    ],
    [
      'asks for any category',
      { categories: { any: ['pii', 'health'] } },
      requestOf({ categories: ['health'] }),
      true,
    ],
    [
      'asks for all categories',
      { categories: { all: ['pii', 'health'] } },
      requestOf({ categories: ['health'] }),
      false,
    ],
    ['asks for none', { categories: { none: ['pii'] } }, requestOf({ categories: ['pii'] }), false],
    [
      'takes unscanned to hold any',
      { categories: { any: ['health'] } },
      requestOf({ scan: 'unscanned' }),
      true,
    ],
    [
      'takes unscanned to hold all',
      { categories: { all: ['pii', 'health'] } },
      requestOf({ scan: 'unscanned' }),
      true,
    ],
    [
      'does not exempt unscanned',
      { categories: { none: ['pii'] } },
      requestOf({ categories: ['pii'], scan: 'unscanned' }),
      true,
    ],
    [
      'knows declared categories',
      { categories: { any: ['declared:health'] } },
      requestOf({ categories: ['declared:health'] }),
      true,
    ],
    [
      'expands country groups',
      { jurisdictions: { any: ['eu'], unknown: false } },
      requestOf({ jurisdictions: ['FR', 'US'] }),
      true,
    ],
    [
      'keeps to the group',
      { jurisdictions: { any: ['eu'], unknown: true } },
      requestOf({ jurisdictions: ['US'] }),
      false,
    ],
    [
      'leaves unknown origin out',
      { jurisdictions: { any: ['eu'], unknown: false } },
      requestOf({}),
      false,
    ],
    [
      'takes unknown origin in',
      { jurisdictions: { any: ['eu'], unknown: true } },
      requestOf({}),
      true,
    ],
    [
      'takes unscanned for every origin',
      { jurisdictions: { any: ['eu'], unknown: false } },
      requestOf({ jurisdictions: ['US'], scan: 'unscanned' }),
      true,
    ],
    ['looks at the scan', { scan: ['partial'] }, requestOf({ scan: 'partial' }), true],
    ['looks at the team', { team: ['red'] }, requestOf({}, { team: 'blue' }), false],
    ['looks at the purpose', { purpose: ['chat'] }, requestOf({}, { purpose: 'chat' }), true],
    ['looks at the quality', { quality: ['frontier'] }, requestOf({}), false],
    ['looks at what is stored', { handling: { stored: true } }, requestOf({}), false],
    ['needs all its parts', { level: ['public'], team: ['blue'] }, requestOf({}), false],
  ])('%s', (_name, when, request, expected) => expect(applies(when, request)).toBe(expected))
})

describe('a condition on the destination', () => {
  test.each<[string, DestinationCondition, Parameters<typeof place>[1], boolean]>([
    ['is every destination when empty', {}, {}, true],
    ['looks at the class', { class: ['closed'] }, { class: 'hosted' }, false],
    ['looks at the zone', { zone: 'third-party' }, {}, true],
    [
      'finds one country of several',
      { countries: { any: ['US'] } },
      { countries: ['DE', 'US'] },
      true,
    ],
    [
      'finds a country outside',
      { countries: { outside: ['eu'] } },
      { countries: ['DE', 'US'] },
      true,
    ],
    ['finds none outside', { countries: { outside: ['eu'] } }, { countries: ['DE', 'FR'] }, false],
    [
      'takes unpublished countries for outside',
      { countries: { outside: ['eu'] } },
      { countries: ['ZZ'] },
      true,
    ],
    [
      'takes unknown countries for outside',
      { countries: { outside: ['eu'] } },
      { expires: '2020-01-01' },
      true,
    ],
    [
      'takes unknown countries for inside',
      { countries: { any: ['US'] } },
      { expires: '2020-01-01' },
      true,
    ],
    ['looks at who runs it', { legalEntity: ['Example Inc.'] }, {}, false],
    [
      'takes an unknown owner for any',
      { legalEntity: ['Example Inc.'] },
      { expires: '2020-01-01' },
      true,
    ],
    ['cuts retention above', { retentionDays: { above: 30 } }, { retentionDays: 31 }, true],
    ['cuts retention at', { retentionDays: { above: 30 } }, { retentionDays: 30 }, false],
    [
      'takes unknown retention for endless',
      { retentionDays: { above: 30 } },
      { expires: '2020-01-01' },
      true,
    ],
    [
      'takes unknown training for training',
      { trainsOnData: true },
      { expires: '2020-01-01' },
      true,
    ],
    [
      'knows what is lacking',
      { agreements: { lacks: ['baa', 'dpa'] } },
      { agreements: ['scc'] },
      true,
    ],
    [
      'is content with one of those',
      { agreements: { lacks: ['baa', 'dpa'] } },
      { agreements: ['dpa'] },
      false,
    ],
    [
      'takes an expired agreement for none',
      { agreements: { lacks: ['baa'] } },
      { agreements: ['baa'], expires: '2026-11-24' },
      true,
    ],
    ['needs all its parts', { zone: 'third-party', trainsOnData: true }, {}, false],
  ])('%s', (_name, never, facts, expected) => expect(hits(never, facts)).toBe(expected))
})
