import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/classifier/classify.ts'
import type { Finding } from '../../src/domain/finding.ts'
import { type Label, PUBLIC } from '../../src/domain/label.ts'
import { redactedLabel } from '../../src/router/redacted-label.ts'
import { guardrail, rule } from '../policy/fixtures.ts'
import { ask, worldOf } from './fixtures.ts'

const finding = (kind: Finding['kind'], parts: Partial<Finding> = {}): Finding => ({
  kind,
  start: 0,
  end: 1,
  path: '/messages/0/content',
  confidence: 0.9,
  level: 'confidential',
  categories: ['pii'],
  jurisdictions: [],
  ...parts,
})
const email = finding('email')
const phone = finding('phone', { jurisdictions: ['DE'] })
const card = finding('card', { level: 'restricted', categories: ['pci'] })
const secret = finding('secret', { level: 'restricted', categories: ['secret'] })
const confidential: Label = {
  level: 'confidential',
  categories: ['pii'],
  jurisdictions: [],
  scan: 'complete',
}
const restricted: Label = { ...PUBLIC, level: 'restricted', categories: ['pci', 'pii'] }

describe('the label of what remains', () => {
  test.each<[string, Label, readonly Finding[], readonly string[], Label, Partial<Label>]>([
    [
      'is internal personal data when the identifiers are replaced',
      confidential,
      [email],
      ['email'],
      PUBLIC,
      { level: 'internal', categories: ['pii'] },
    ],
    [
      'keeps whose law protects it',
      { ...confidential, jurisdictions: ['DE'] },
      [phone],
      ['phone'],
      PUBLIC,
      { level: 'internal', jurisdictions: ['DE'] },
    ],
    [
      'keeps what is not replaced',
      restricted,
      [email, card],
      ['email'],
      PUBLIC,
      { level: 'restricted', categories: ['pci', 'pii'] },
    ],
    [
      'loses a card that is replaced',
      restricted,
      [email, card],
      ['email', 'card'],
      PUBLIC,
      { level: 'internal', categories: ['pii'] },
    ],
    ['is unchanged when nothing is replaced', restricted, [email, card], [], PUBLIC, restricted],
    [
      'keeps what the caller declared',
      confidential,
      [email],
      ['email'],
      { ...PUBLIC, level: 'restricted', categories: ['declared:hr'] },
      { level: 'restricted', categories: ['declared:hr', 'pii'] },
    ],
    [
      'keeps a level that no finding accounts for',
      { ...confidential, level: 'restricted' },
      [email],
      ['email'],
      PUBLIC,
      { level: 'restricted' },
    ],
    [
      'keeps a category that no finding accounts for',
      { ...confidential, categories: ['health', 'pii'] },
      [email],
      ['email'],
      PUBLIC,
      { categories: ['health', 'pii'] },
    ],
    [
      'stays unscanned',
      { ...confidential, scan: 'unscanned' },
      [email],
      ['email'],
      PUBLIC,
      { scan: 'unscanned' },
    ],
    [
      'ignores what is only possible',
      confidential,
      [email, { ...secret, confidence: 0.4 }],
      ['email'],
      PUBLIC,
      { level: 'internal', categories: ['pii'] },
    ],
    [
      'is unchanged when not all findings were kept',
      confidential,
      Array.from({ length: LIMITS.findingsMax }, () => email),
      ['email'],
      PUBLIC,
      confidential,
    ],
  ])('%s', (_name, label, findings, kinds, declared, expected) =>
    expect(redactedLabel({ label, findings, unscanned: [] }, kinds, declared)).toMatchObject(
      expected,
    ),
  )
})

describe('where redaction is demanded', () => {
  const guardrails = [
    guardrail('confidential-home', {
      when: { level: { atLeast: 'confidential' as const } },
      never: { zone: 'third-party' as const },
    }),
    guardrail('pii-needs-dpa', {
      when: { categories: { any: ['pii' as const] } },
      never: { zone: 'third-party' as const, agreements: { lacks: ['dpa' as const] } },
    }),
  ]
  const obligations = [
    rule('mask', {
      when: { level: ['confidential' as const] },
      must: { redact: ['email' as const] },
    }),
  ]
  const forms = (findings: readonly Finding[], world = worldOf({ guardrails, obligations })) => {
    const decision = ask({ world, label: confidential, findings })
    return decision.ok
      ? decision.value.attempts.map(({ destination, form }) => `${destination} ${form}`)
      : decision.error.code
  }

  test('third parties get it redacted, own hardware as it came', () =>
    expect(forms([email])).toEqual(['home raw', 'away redacted', 'away redacted']))

  test('third parties get nothing while something else is too sensitive', () =>
    expect(forms([email, phone])).toEqual(['home raw']))

  test('no third party is offered the raw form, even where a guardrail would permit it', () =>
    expect(forms([email, phone], worldOf({ obligations }))).toEqual([
      'home raw',
      'away redacted',
      'away redacted',
      'closed redacted',
    ]))

  test('without an obligation nothing is redacted', () =>
    expect(forms([email], worldOf())).toEqual(['home raw', 'away raw', 'away raw', 'closed raw']))

  test('the receipt names the obligation, the guardrails of both forms and the form', () => {
    const decision = ask({
      world: worldOf({
        guardrails,
        obligations,
        routes: [
          rule('away-first', { when: { level: ['internal' as const] }, prefer: ['away'] }),
          rule('home-only', { prefer: ['onprem', 'onprem'] }),
        ],
      }),
      label: confidential,
      findings: [email],
    })
    if (!decision.ok) throw new Error('refused')
    expect(decision.value.receipt).toMatchObject({
      guardrails: ['confidential-home', 'pii-needs-dpa'],
      obligations: ['mask'],
      label: confidential,
      evidence: [{ kind: 'email', path: '/messages/0/content', start: 0, end: 1, confidence: 0.9 }],
      removed: [{ destination: 'closed', by: 'pii-needs-dpa' }],
    })
    expect(decision.value.obligations).toMatchObject({ redact: ['email'], sources: ['mask'] })
  })
})
