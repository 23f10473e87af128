import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify, LIMITS, type Limits } from '../../src/classifier/classify.ts'
import type { Detector } from '../../src/classifier/detector.ts'
import { detectors } from '../../src/classifier/detectors/index.ts'
import { buildEngine } from '../../src/classifier/engine.ts'
import type { Leaf } from '../../src/domain/leaf.ts'
import { isAtLeast, LEVELS, SCANS, type Label } from '../../src/domain/label.ts'
import { certain, classifyText, envelope, key, number, string } from './texts.ts'

const setup = (limits: Partial<Limits> = {}, extra: readonly Detector[] = []) => ({
  engine: buildEngine([...Object.values(detectors), ...extra]),
  limits: { ...LIMITS, ...limits },
})

const failing: Detector = {
  name: 'failing',
  words: ['boom'],
  atWord: () => {
    throw new Error('a bug')
  },
}

const covers = (a: Label, b: Label) =>
  isAtLeast(a.level, b.level) &&
  SCANS.indexOf(a.scan) >= SCANS.indexOf(b.scan) &&
  b.categories.every((category) => a.categories.includes(category)) &&
  b.jurisdictions.every((country) => a.jurisdictions.includes(country))

describe('a label', () => {
  test('of clean text is public and complete', () => {
    expect(classifyText('Why is the sky blue?')).toEqual({
      label: { level: 'public', categories: [], jurisdictions: [], scan: 'complete' },
      findings: [],
      unscanned: [],
    })
  })

  test('joins what all leaves say', () => {
    const { label } = classify(
      envelope(string('jan@acme.nl'), number('4111111111111111'), string('for internal use')),
    )
    expect(label).toEqual({
      level: 'restricted',
      categories: ['pci', 'pii'],
      jurisdictions: ['NL'],
      scan: 'complete',
    })
  })

  test('is not raised by what is merely possible, but that is reported', () => {
    const { label, findings } = classifyText('visit 536 22 1234')
    expect(label.level).toBe('public')
    expect(findings).toMatchObject([{ kind: 'us_ssn', confidence: 0.45 }])
  })

  test('combines kinds over the whole request', () => {
    const name = string('Customer: Jane Doe')
    const born = string('date of birth: 03/04/1975')
    expect(classify(envelope(name)).label.level).toBe('internal')
    expect(classify(envelope(born)).label.level).toBe('confidential')
    expect(classify(envelope(name, born)).label.level).toBe('restricted')
  })
})

describe('what a leaf is', () => {
  test('a card may be a JSON number, also with an exponent', () => {
    for (const text of ['4111111111111111', '4.111111111111111e15', '4111111111111111.0']) {
      expect(certain(classify(envelope(number(text))))).toMatchObject([
        { kind: 'card', path: '/0' },
      ])
    }
  })

  test('a key is read like text, and says so', () => {
    expect(classify(envelope(key('jane@acme.com'), string('x'))).findings).toMatchObject([
      { kind: 'email', path: '/0', inKey: true },
    ])
  })

  test.each([
    ['ssn', '536221234', 'us_ssn'],
    ['ssnOfSpouse', '536221234', 'us_ssn'],
    ['phoneNumber', '4155552671', 'phone'],
    ['db_password', 'hunter2!x', 'secret'],
    ['patient_name', 'Data Sheet', 'person'],
  ])('the key %s tells what its value is', (name, value, kind) => {
    const alone = classify(envelope(string(value)))
    const keyed = classify(envelope(key(name), string(value)))
    expect(certain(alone)).toEqual([])
    expect(certain(keyed)).toMatchObject([{ kind, path: '/1', start: 0, end: value.length }])
  })

  test('a key tells nothing about what comes after its value', () => {
    const found = classify(envelope(key('ssn'), string('none'), string('536221234')))
    expect(certain(found)).toEqual([])
  })

  test('a pointer is asked for only where something is found', () => {
    const asked: number[] = []
    const leaves: Leaf[] = [
      { text: 'nothing', kind: 'string', node: 1 },
      { text: 'call +1 415 555 2671 or +1 415 555 2672', kind: 'string', node: 2 },
    ]
    const pointer = ({ node }: Leaf) => {
      asked.push(node)
      return `/${node}`
    }
    expect(classify({ leaves, pointer, opaque: [] }).findings).toHaveLength(2)
    expect(asked).toEqual([2])
  })
})

describe('a declaration', () => {
  const declared = { level: 'confidential', categories: ['merger'], jurisdictions: ['CH'] } as const

  test('raises', () => {
    expect(
      classify(envelope(string('hello')), {
        ...declared,
        categories: ['merger'],
        jurisdictions: ['CH'],
      }).label,
    ).toEqual({
      level: 'confidential',
      categories: ['declared:merger'],
      jurisdictions: ['CH'],
      scan: 'complete',
    })
  })

  test('never lowers', () => {
    const lower = { level: 'public', categories: [], jurisdictions: [] } as const
    const { label } = classify(envelope(string('card 4111 1111 1111 1111')), [
      { ...lower, categories: [], jurisdictions: [] },
    ])
    expect(label.level).toBe('restricted')
  })

  test('of several, all count', () => {
    const { label } = classify(envelope(), [
      { level: 'internal', categories: ['a'], jurisdictions: [] },
      { level: 'public', categories: ['b'], jurisdictions: ['DE'] },
    ])
    expect(label).toMatchObject({
      level: 'internal',
      categories: ['declared:a', 'declared:b'],
      jurisdictions: ['DE'],
    })
  })
})

describe('what is not read is unscanned', () => {
  test('a part that nobody can read', () => {
    const opaque = [{ path: '/messages/0/content/1', reason: 'image' }] as const
    const classification = classify({ ...envelope(string('hello')), opaque })
    expect(classification.label.scan).toBe('unscanned')
    expect(classification.unscanned).toEqual(opaque)
  })

  test('a leaf in which a detector fails; the others are read', () => {
    const classification = classify(
      envelope(string('boom'), string('a@acme.com')),
      [],
      setup({}, [failing]),
    )
    expect(classification.label).toMatchObject({ level: 'confidential', scan: 'unscanned' })
    expect(classification.unscanned).toEqual([{ path: '/0', reason: 'detector-failed' }])
  })

  test('what is over the limit of work', () => {
    const leaves = envelope(string('1-'.repeat(5_000)), string('card 4111 1111 1111 1111'))
    const classification = classify(leaves, [], setup({ unitsPerCharacter: 1 }))
    expect(classification.label.scan).toBe('unscanned')
    expect(classification.unscanned).toEqual([{ path: '/0', reason: 'work-limit' }])
    expect(classify(leaves).unscanned).toEqual([])
  })

  test('what is over the limit for any request', () => {
    const classification = classify(envelope(string('hello')), [], setup({ unitsMax: 3 }))
    expect(classification.unscanned).toEqual([{ path: '/0', reason: 'work-limit' }])
  })
})

test('findings are kept up to a limit, and the label counts those beyond it', () => {
  const text = `${'a@acme.com '.repeat(20)} card 4111 1111 1111 1111`
  const { label, findings } = classify(envelope(string(text)), [], setup({ findingsMax: 10 }))
  expect(findings).toHaveLength(10)
  expect(label.categories).toContain('pci')
})

describe('adding text never lowers a label', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom(
      'jane@acme.de',
      'card 4111 1111 1111 1111',
      '4111',
      'Customer: Jane Doe',
      'DOB: 03/04/1975',
      'phone',
      'ssn',
      '536221234',
      'For internal use only',
      'Doctor: How is it?\nPatient: Better.',
      String.raw`{"a":"\u0034111111111111111"}`,
    ),
  )
  const leaf = fc.oneof(
    fc.record({ text: piece, kind: fc.constant<'string'>('string') }),
    fc.record({ text: fc.nat().map(String), kind: fc.constant<'number'>('number') }),
  )

  test('for another leaf at the end or in front', () => {
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 6 }), leaf, (leaves, extra) => {
        const { label } = classify(envelope(...leaves))
        expect(covers(classify(envelope(...leaves, extra)).label, label)).toBe(true)
        expect(covers(classify(envelope(extra, ...leaves)).label, label)).toBe(true)
      }),
    )
  })

  test('and neither does a declaration', () => {
    const declaration = fc.record({
      level: fc.constantFrom(...LEVELS),
      categories: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
      jurisdictions: fc.array(fc.constantFrom('DE', 'US'), { maxLength: 2 }),
    })
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 4 }), declaration, (leaves, declared) => {
        const plain = classify(envelope(...leaves)).label
        expect(covers(classify(envelope(...leaves), declared).label, plain)).toBe(true)
      }),
    )
  })
})

test('no text makes the classifier fail, and every span lies in its text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const { findings, unscanned } = classifyText(text)
      expect(unscanned).toEqual([])
      for (const { start, end } of findings) {
        expect(start).toBeGreaterThanOrEqual(0)
        expect(end).toBeGreaterThan(start)
        expect(end).toBeLessThanOrEqual(text.length)
      }
    }),
    { numRuns: 500 },
  )
}, 30_000)
