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

const AZURE = joined('qZ7', '8Q~Vx9Lw4Tn8Rb5Yc1Md6Hf3Js0Pg7Qa2Ue')
const HEX_40 = '9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a'
const NUMBERED = 'abandon ability able about above absent absorb abstract absurd abuse access zebra'

test.each([
  ['Azure, by the middle of it', AZURE],
  ['Terraform Cloud', joined('Qa7Zk2Vx9Lw4Tn', `.atlasv1.${RANDOM}${RANDOM.slice(0, 26)}`)],
  ['Mailchimp', joined('9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c', '-us21')],
  ['New Relic', joined('9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e', 'NRAL')],
  ['Discord', joined('MTA4', `NDcxMTIzNDU2Nzg5MDEy.Gx7aQ2.${RANDOM.slice(0, 38)}`)],
  ['DigitalOcean', joined('dop', `_v1_${HEX_40}${HEX_40.slice(0, 24)}`)],
  ['Vault', joined('hv', `s.${RANDOM.slice(0, 24)}`)],
  ['Databricks', joined('da', `pi${HEX_40.slice(0, 32)}`)],
  ['Shopify', joined('shp', `at_${HEX_40.slice(0, 32)}`)],
  ['Linear', joined('lin_', `api_${RANDOM}Kx`)],
  ['Tailscale', joined('tskey', `-auth-${RANDOM.slice(0, 20)}`)],
  ['a server of Jira', joined('OTI2', 'NjA3NjU1NTI2Oh2DOnASdOHoIhEGyqIuYrdkYaQZ')],
  ['NATS', joined('SU', 'ACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY')],
  ['Together', joined('tgp', `_v1_${RANDOM}_Kx2`)],
])('a token of %s is found whole, too', (_name, token) => {
  expect(found(`use ${token} for it`, 'secret')).toEqual([`secret: ${token}`])
})

const confidenceOf = (text: string) => classifyText(text).findings[0]?.confidence ?? 0

test('a token whose checksum is right is surer than one made up', () => {
  // The checksum of these 30 characters, by the rule that GitHub has published.
  const [valid, made] = ['1ka48H', '1ka480'].map((sum) =>
    joined('gh', `p_${'Ab3'.repeat(10)}${sum}`),
  )
  expect(confidenceOf(made ?? '')).toBeLessThan(confidenceOf(valid ?? ''))
})

test.each([
  ['a call', 'client.setPassword("q7Zk2Vx9!")', ['secret: q7Zk2Vx9!']],
  ['two arguments', `os.environ.setdefault("API_TOKEN", "${HEX_40}")`, [`secret: ${HEX_40}`]],
  ['a tag', '<password>q7Zk2Vx9!</password>', ['secret: q7Zk2Vx9!']],
  ['a flag', 'restic --password q7Zk2Vx9! backup', ['secret: q7Zk2Vx9!']],
  ['a comparison', 'if (user.password === "q7Zk2Vx9!") {', ['secret: q7Zk2Vx9!']],
  ['an entry of netrc', 'machine git.acme.net login bo password q7Zk2Vx9!', ['secret: q7Zk2Vx9!']],
  ['a connection string', 'Server=db1;User Id=sa;Password=goodspec;', ['secret: goodspec']],
  ['a setting', 'DB_PASSWORD=goodspec', ['secret: goodspec']],
  ['a statement of SQL', "ALTER USER bo IDENTIFIED BY 'q7Zk2Vx9!'", ['secret: q7Zk2Vx9!']],
  ['a header', `Authorization: Token ${HEX_40}`, [`secret: ${HEX_40}`]],
  [
    'a header with user and password',
    'Authorization: Basic Ym86cTdaazJWeDkh',
    ['secret: Ym86cTdaazJWeDkh'],
  ],
  ['a header of its own', `curl -H "X-Api-Key: ${HEX_40}" u`, [`secret: ${HEX_40}`]],
  ['a command of curl', 'curl -u bo:q7Zk2Vx9 https://acme.net', ['secret: q7Zk2Vx9']],
  ['a query', `GET /x?access_token=${HEX_40}&page=2`, [`secret: ${HEX_40}`]],
  ['a value named before', `- name: API_KEY\n  value: "${RANDOM}"`, [`secret: ${RANDOM}`]],
  ['the name of a service alone', `sourcegraph: "${HEX_40}"`, [`secret: ${HEX_40}`]],
  ['words with a space', `Access token   ${RANDOM}`, [`secret: ${RANDOM}`]],
  ['a recovery phrase', `seed phrase: ${NUMBERED}`, [`secret: ${NUMBERED}`]],
  ['a key in JSON', `{"kty":"EC","crv":"P-256","d":"${RANDOM}"}`, [`secret: ${RANDOM}`]],
  ['a pgpass file', 'db.acme.net:5432:shop:bo:q7Zk2Vx9!', ['secret: q7Zk2Vx9!']],
])('a credential in %s', (_name, text, expected) => {
  expect(found(text, 'secret')).toEqual(expected)
})

test.each([
  ['a password of tests', 'password = "Password123!"'],
  ['a password of manuals', 'login("admin", password="letmein1")'],
  ['a run of base64', joined('iVBORw0KGgoAAAAN/EA', `ACabc${RANDOM}${RANDOM}${RANDOM}`)],
  ['the example of OAuth', 'access_token=2YotnFZFEjr1zCsicMWpAA'],
  [
    'the example of JSON Web Tokens',
    joined('ey', 'JhbGciOiJIUzI1NiJ9.ey', 'JzdWIiOiIxMjM0NTY3ODkwIn0.dGhpcyBpcyBub3Qgc2lnbmVk'),
  ],
  ['a sequence', 'api_key = "abcdef0123456789abcdef0123456789"'],
  ['a key of a cache', `cache_key = "${HEX_40}"`],
  ['a token of a page', `"NextToken": "${RANDOM}"`],
  ['a commit', `commit ${HEX_40}`],
  ['a digest', `github_sha: "${HEX_40}"`],
  ['an entry of a lock file', `"integrity": "sha512-${RANDOM}${RANDOM}=="`],
  ['a variable of another module', 'private_key = ed25519.Ed25519PrivateKey.generate'],
  ['an encoding', 'password.encode("latin1-x")'],
  ['a path', 'key: "uploads/2024/report-12.pdf"'],
  ['a label', '"password": "Contraseña*"'],
  ['a public key in JSON', `{"kty":"EC","crv":"P-256","x":"${RANDOM}"}`],
  [
    'a sentence after the words',
    'a seed phrase is the list of words that your wallet shows and you write down for later',
  ],
  ['a local database of tests', 'postgres://postgres:postgres@localhost:5432/test'],
  ['the address of an error tracker', `https://${HEX_40.slice(0, 32)}@o1.ingest.sentry.io/2`],
])('%s is no credential', (_name, text) => {
  expect(found(text, 'secret')).toEqual([])
})

test('a private key in base64, and in DER without a header', () => {
  const wrapped = btoa(PKCS8)
  expect(found(`client-key-data: ${wrapped}`, 'secret')).toContain(`secret: ${wrapped}`)
  const der = joined('MIIEvQ', `IBADANBgkqhkiG9w0BAQEFAASC${RANDOM}${RANDOM}`)
  expect(found(`<key>${der}</key>`, 'secret')).toContain(`secret: ${der}`)
})

const HEX = '5f0c93b27de84a16902fb7c3d1e6a48d'

test.each([
  ['a password of brackets', 'password = "q{w(Zk]2V<x9!"', 'q{w(Zk]2V<x9!'],
  ['a chosen secret', 'jwt_secret: "d;3r?T*lP%p9!wq#Xx"', 'd;3r?T*lP%p9!wq#Xx'],
  ['a key of somebody unknown', `QUALIFLY_KEY=${HEX}`, HEX],
  ['a token of somebody unknown', `const zentrackToken = '${HEX}'`, HEX],
  ['a key in an address', `https://api.zentrack.io/v2/items?key=${HEX}&page=2`, HEX],
  ['a key under its title', `Secret key:\n${HEX}`, HEX],
  ['a key in place of a name', `curl -u ${HEX}: https://api.zentrack.io/v1`, HEX],
  ['credentials of a network', 'new NetworkCredential("bo", "q7Zk2Vx9")', 'q7Zk2Vx9'],
])('%s is found', (_name, text, value) => {
  expect(found(text, 'secret')).toEqual([`secret: ${value}`])
})

test.each([
  ['a template', 'password = "{{ vault.password_2 }}"'],
  ['a part of one', 'token: "abc-${TOKEN_1}-def"'],
  ['a pattern', 'password = "^[a-z0-9]{8,}$"'],
  ['what stands in brackets', 'password: "[hidden 1]"'],
  ['a member', 'password: "config[password1]"'],
  ['a key of a cache', `cache_key = "${HEX}"`],
  ['the key of an object', `{"key": "${HEX}"}`],
])('%s is none', (_name, text) => {
  expect(found(text, 'secret')).toEqual([])
})
