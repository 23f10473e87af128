import { expect, test } from 'vitest'
import { BASE64_LINES, classifyText, found, joined } from '../texts.ts'

const BEGIN = (kind: string) => joined('-----BE', `GIN ${kind}-----`)
const END = (kind: string) => joined('-----E', `ND ${kind}-----`)
const BODY = BASE64_LINES.join('\n')

const PKCS8 = [BEGIN('PRIVATE KEY'), BODY, END('PRIVATE KEY')].join('\n')
const ENCRYPTED = [
  BEGIN('RSA PRIVATE KEY'),
  'Proc-Type: 4,ENCRYPTED',
  'DEK-Info: AES-128-CBC,0123456789ABCDEF',
  '',
  BODY,
  END('RSA PRIVATE KEY'),
].join('\n')

test.each([
  ['PKCS 8', PKCS8],
  ['encrypted', ENCRYPTED],
  ['of OpenSSH', [BEGIN('OPENSSH PRIVATE KEY'), BODY, END('OPENSSH PRIVATE KEY')].join('\n')],
  [
    'of OpenPGP',
    [BEGIN('PGP PRIVATE KEY BLOCK'), '', BODY, END('PGP PRIVATE KEY BLOCK')].join('\n'),
  ],
  ['with written-out line breaks', PKCS8.replaceAll('\n', String.raw`\n`)],
  ['without its end', [BEGIN('EC PRIVATE KEY'), BODY].join('\n')],
])('a private key %s is found whole', (_name, key) => {
  expect(found(`see:\n${key}\nthanks`, 'secret')).toEqual([
    `secret: ${key}${key.includes('ND ') ? '' : '\nthanks'}`,
  ])
})

test.each([
  ['a certificate', [BEGIN('CERTIFICATE'), BODY, END('CERTIFICATE')].join('\n')],
  ['a public key', [BEGIN('PUBLIC KEY'), BODY, END('PUBLIC KEY')].join('\n')],
  [
    'a mention',
    `A PEM file begins with ${BEGIN('RSA PRIVATE KEY')} and ends with ${END('RSA PRIVATE KEY')}.`,
  ],
])('%s is no private key', (_name, text) => {
  expect(found(text, 'secret')).toEqual([])
})

const RANDOM = 'q7Zk2Vx9Lw4Tn8Rb5Yc1Md6Hf3Js0Pg7Qa2Ue4'

test.each([
  ['AWS', joined('AK', 'IAQ3EGRZTT5WMLB7KD')],
  ['GitHub', joined('gh', `p_${RANDOM.slice(0, 36)}`)],
  ['GitHub, fine-grained', joined('github', `_pat_${RANDOM}${RANDOM}`)],
  ['GitLab', joined('glp', `at-${RANDOM.slice(0, 20)}`)],
  ['Slack', joined('xo', `xb-2444333222111-2444333222111-${RANDOM.slice(0, 24)}`)],
  ['Stripe', joined('sk_', `live_${RANDOM.slice(0, 24)}`)],
  ['OpenAI', joined('sk-', `proj-${RANDOM}_-${RANDOM}`)],
  ['Anthropic', joined('sk-', `ant-api03-${RANDOM}${RANDOM}`)],
  ['Google', joined('AI', `za${RANDOM.slice(0, 35)}`)],
  ['npm', joined('np', `m_${RANDOM.slice(0, 36)}`)],
  ['SendGrid', joined('S', `G.${RANDOM.slice(0, 22)}.${RANDOM}${RANDOM.slice(0, 5)}`)],
  ['Twilio', joined('S', 'K9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c')],
  ['Hugging Face', joined('h', `f_${RANDOM.slice(0, 34)}`)],
  [
    'a JSON Web Token',
    joined('ey', 'JhbGciOiJIUzI1NiJ9.ey', 'JzdWIiOiI0MiIsIm4iOiJ4In0.dGhpcyBpcyBub3Qgc2lnbmVk'),
  ],
  ['Telegram', joined('4839574812:A', `AF${RANDOM.slice(0, 33)}`)],
])('a token of %s is found whole', (_name, token) => {
  expect(found(`use ${token} for it`, 'secret')).toEqual([`secret: ${token}`])
  expect(found(`{"k":"${token}"}`, 'secret')).toEqual([`secret: ${token}`])
  expect(classifyText(token).label).toMatchObject({ level: 'restricted', categories: ['secret'] })
})

test.each([
  ['the example of the manual', joined('AK', 'IAIOSFODNN7EXAMPLE')],
  ['a placeholder', joined('gh', `p_${'x'.repeat(36)}`)],
  ['a name', 'sk-learn-pipeline-for-tabular-data-with-many-parts'],
  ['too short', joined('gh', 'p_abc123')],
  ['too long for its format', joined('AI', `za${RANDOM}`)],
  ['glued to a word', joined('fooAK', 'IAQ3EGRZTT5WMLB7KD')],
  ['a hash', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['a UUID', '550e8400-e29b-41d4-a716-446655440000'],
  ['half a JSON Web Token', joined('ey', 'JhbGciOiJIUzI1NiJ9 is a header')],
])('%s is no token', (_name, text) => {
  expect(found(text, 'secret')).toEqual([])
})

test.each([
  ['a variable', 'DB_PASSWORD=Tr0ub4dor&3', ['secret: Tr0ub4dor&3']],
  ['a quoted value', 'password = "hunter2!x"', ['secret: hunter2!x']],
  ['JSON', '{"clientSecret": "9f8a7b6c5d4e3f2a1b0c"}', ['secret: 9f8a7b6c5d4e3f2a1b0c']],
  ['YAML', 'api_key: 9f8a7b6c5d4e3f2a1b0c', ['secret: 9f8a7b6c5d4e3f2a1b0c']],
  ['a sentence', 'my password is hunter2!x.', ['secret: hunter2!x']],
  ['a URL', joined('postgres://app:s3cr', '3tPw@db.acme.net/x'), ['secret: s3cr3tPw']],
  ['a call', 'password = getPassword(user1)', []],
  ['a variable elsewhere', 'password = process.env.DB_PASSWORD', []],
  ['a reference', 'password: ${DB_PASSWORD_1}', []],
  ['a placeholder', 'api_key = "your-api-key-here-123456"', []],
  ['a type', 'token: string', []],
  ['a number of tokens', '"max_tokens": 409600000000000000000', []],
  ['a rule about passwords', 'password: must contain 8 characters', []],
  ['a comparison', 'if (token == previousToken12345678)', []],
  ['a primary key', 'primary_key = "a1b2c3d4e5f6a7b8c9d0"', []],
  ['a URL without password', 'https://acme.com:8443/a@b', []],
])('a credential in %s', (_name, text, expected) => {
  expect(found(text, 'secret')).toEqual(expected)
})
