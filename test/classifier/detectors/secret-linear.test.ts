import { expect, test } from 'vitest'
import { LIMITS } from '../../../src/classifier/classify.ts'
import { detectors } from '../../../src/classifier/detectors/index.ts'
import { buildEngine } from '../../../src/classifier/engine.ts'
import { Scan } from '../../../src/classifier/scan.ts'
import { joined } from '../texts.ts'

const {
  privateKey,
  wallet,
  jwt,
  secret,
  urlCredentials,
  authorization,
  assignment,
  namedValue,
  secretInfix,
  marker,
  minor,
  sourceCode,
} = detectors
const engine = buildEngine([
  privateKey,
  wallet,
  jwt,
  secret,
  urlCredentials,
  authorization,
  assignment,
  namedValue,
  secretInfix,
  marker,
  minor,
  sourceCode,
])

function unitsOf(piece: string, length: number): number {
  const scan = new Scan(engine, () => {}, Number.POSITIVE_INFINITY)
  scan.run(piece.repeat(Math.ceil(length / piece.length)).slice(0, length), 'string', '')
  return scan.units
}

const PUTTY = joined('PuTTY-User', '-Key-File-')

/** Repeats that make the detectors of secrets, markers and code stop as often, and look as far, as they can. */
test.each([
  'secret ',
  'token "',
  'token\t',
  'password_',
  '--token a',
  '#define key ',
  'x_token = ',
  'API key ',
  'password            : ',
  'key:\n',
  'token value: ',
  'name: token, value: abcdefg ',
  'stripe=a ',
  '<password>',
  '<password a="b">',
  'login a password ',
  'identified by ',
  "IDENTIFIED BY 'a",
  'Q~',
  '8Q~',
  'JQQJ9',
  'aaaaaaaaJQQJ9',
  'AZDO',
  '.atlasv1.',
  '1//0',
  '-us',
  'a-us',
  '!A',
  '|',
  '1|',
  '$2',
  '$1$',
  '-u ',
  'curl -u a:b1 ',
  '--user ',
  'sig=',
  'se=sig=',
  ':APA91',
  ':5432:',
  'authorization: ',
  'Authorization: Basic ',
  'authorization: x abcdefgh',
  '://a:b@',
  'x://:',
  'kty ',
  '"kty" "d":"',
  'private key ',
  'seed phrase ',
  'mnemonic abc ',
  'xprv',
  'LS0tLS1CRUdJTi',
  'LS0tLS1CRUdJTiA ',
  'MII',
  'MIIaaaIBAAKC',
  'MIIaaaIBAAKC ',
  PUTTY,
  `${PUTTY}2 `,
  'MTA',
  'MTAa.',
  'pat',
  'patA',
  'live_',
  'EAA',
  'SG.',
  't1.',
  'dp.st.',
  'sk.eyJ',
  'confidential ',
  'CONFIDENTIAL ',
  'ITAR ',
  'ECCN ',
  'TLP:',
  '机密',
  'employee id ',
  'son ',
  'my son Ab ',
  'my 7-year-old son ',
  'daughter Ab, 7 ',
  'const func enum ',
  '{ ',
  '};\n',
  'def a(\n',
  '```js\n',
  '// all rights reserved\n',
  'git.corp ',
])('the work for repeats of %j grows like their length', (piece) => {
  const short = unitsOf(piece, 50_000)
  const long = unitsOf(piece, 100_000)
  expect(long).toBeLessThan(2.1 * short + 1_000)
  expect(long / 100_000).toBeLessThan(LIMITS.unitsPerCharacter / 2)
})
