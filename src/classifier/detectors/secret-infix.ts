import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isPlaceholderToken } from '../validators/placeholder.ts'
import { isRandom } from '../validators/randomness.ts'
import { PADDED } from './secret-format.ts'
import { confidenceOf } from './secret-values.ts'

/** A credential that something in its middle gives away. */
type Infix = {
  readonly mark: string
  /** Most characters before the mark that belong to it. */
  readonly before: number
  /** Sticky, from its first character on. The credential is the group, or all of it. */
  readonly shape: RegExp
  readonly confidence: number
  /** What the text must hold somewhere, too. */
  readonly beside?: string
}

const INFIXES: readonly Infix[] = [
  // Azure client secrets: learn.microsoft.com/purview/sit-defn-client-secret-api-key
  {
    mark: 'Q~',
    before: 4,
    shape: /(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w.~-])/y,
    confidence: 0.95,
  },
  // Azure's identifiable keys (storage, DevOps, AI services …): 52 random characters, then a fixed signature.
  {
    mark: 'JQQJ9',
    before: 52,
    shape: /[A-Za-z0-9+/]{40,52}JQQJ9[A-Za-z0-9+/]{20,34}={0,2}/y,
    confidence: 0.95,
  },
  {
    mark: 'AZDO',
    before: 76,
    shape: /(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])/y,
    confidence: 0.9,
  },
  // developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens
  {
    mark: '.atlasv1.',
    before: 14,
    shape: /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}/y,
    confidence: 0.95,
  },
  // developers.google.com/identity/protocols/oauth2 (refresh tokens)
  { mark: '1//0', before: 0, shape: /1\/\/0[A-Za-z0-9_-]{40,110}/y, confidence: 0.9 },
  // docs.newrelic.com: licence keys end in NRAL
  {
    mark: 'NRAL',
    before: 36,
    shape: /(?<![A-Za-z0-9])[a-z0-9]{36}NRAL(?![A-Za-z0-9])/y,
    confidence: 0.9,
  },
  // mailchimp.com/developer: 32 hex digits and the data centre
  {
    mark: '-us',
    before: 32,
    shape: /(?<![a-f0-9])[a-f0-9]{32}-us\d{1,2}(?!\w)/y,
    confidence: 0.85,
  },
  // developer.salesforce.com: session ids and access tokens begin with the organisation's id
  {
    mark: '!A',
    before: 15,
    shape: /\b00D[A-Za-z0-9]{12,15}!A[A-Za-z0-9_.]{80,130}/y,
    confidence: 0.9,
  },
  {
    mark: '!C',
    before: 15,
    shape: /\b00D[A-Za-z0-9]{12,15}!C[A-Za-z0-9_.]{80,130}/y,
    confidence: 0.9,
  },
  // developers.facebook.com: app access tokens
  {
    mark: '|',
    before: 17,
    shape: /(?<!\w)\d{15,17}\|[A-Za-z0-9_-]{26,28}(?![\w-])/y,
    confidence: 0.85,
  },
  // Hashed passwords as crypt(3), Argon2 and Kerberos tools write them.
  { mark: '$2', before: 0, shape: /\$2[abxy]\$\d{2}\$[./A-Za-z0-9]{53}/y, confidence: 0.6 },
  {
    mark: '$1$',
    before: 0,
    shape: /\$1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}(?![./A-Za-z0-9])/y,
    confidence: 0.6,
  },
  {
    mark: '$5$',
    before: 0,
    shape: /\$5\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}/y,
    confidence: 0.6,
  },
  {
    mark: '$6$',
    before: 0,
    shape: /\$6\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{86}/y,
    confidence: 0.6,
  },
  { mark: '$8$', before: 0, shape: /\$8\$[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}/y, confidence: 0.6 },
  {
    mark: '$argon2',
    before: 0,
    shape:
      /\$argon2(?:id|i|d)\$v=\d{1,3}\$m=\d{1,9},t=\d{1,4},p=\d{1,4}\$[A-Za-z0-9+/]{8,64}\$[A-Za-z0-9+/]{16,90}/y,
    confidence: 0.6,
  },
  {
    mark: '$krb5',
    before: 0,
    shape: /\$krb5(?:asrep|tgs|pa)\$\d{1,2}\$[^\s]{20,120}/y,
    confidence: 0.8,
  },
  // rfc-editor.org/rfc/rfc7617, curl.se/docs/manpage.html#-u
  {
    mark: '-u ',
    before: 0,
    shape: /-u {1,2}["'\\]{0,2}[^\s"':$]{0,64}:["']?([^\s"'$`]{6,64})/y,
    confidence: 0.7,
    beside: 'curl',
  },
  {
    mark: '--user ',
    before: 0,
    shape: /--user {1,2}["'\\]{0,2}[^\s"':$]{0,64}:["']?([^\s"'$`]{6,64})/y,
    confidence: 0.7,
    beside: 'curl',
  },
  // A key in place of the name, with no password: curl -u KEY:
  {
    mark: '-u ',
    before: 0,
    shape: /-u {1,2}["']?([A-Za-z0-9_-]{20,80})(?=:["']?(?:\s|$))/y,
    confidence: 0.8,
    beside: 'curl',
  },
  // learn.microsoft.com/dotnet/api/system.net.networkcredential, …/system.directoryservices.directoryentry
  {
    mark: 'NetworkCredential(',
    before: 0,
    shape: /NetworkCredential\(\s{0,8}"[^"\n]{0,80}",\s{0,24}"([^"\s]{6,64})(?=")/y,
    confidence: 0.7,
  },
  {
    mark: 'DirectoryEntry(',
    before: 0,
    shape:
      /DirectoryEntry\(\s{0,24}"[^"\n]{0,120}",\s{0,40}"[^"\n]{0,80}",\s{0,40}"([^"\s]{6,64})(?=")/y,
    confidence: 0.7,
  },
  // kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens
  {
    mark: 'token ',
    before: 0,
    shape: /token {1,2}[a-z0-9]{6}\.[a-z0-9]{16}(?![a-z0-9])/y,
    confidence: 0.7,
  },
  // developer.hashicorp.com/vault/docs/commands/operator/unseal
  {
    mark: 'operator unseal ',
    before: 0,
    shape: /operator unseal (?:-[\w=-]{1,24} ){0,3}[A-Za-z0-9+/]{40,48}={0,2}/y,
    confidence: 0.8,
  },
  // thingsboard.io/docs/reference/http-api: the token of a device is part of the address
  {
    mark: 'thingsboard.cloud/api/v1/',
    before: 0,
    shape: /thingsboard\.cloud\/api\/v1\/[A-Za-z0-9]{20}(?=\/)/y,
    confidence: 0.8,
  },
  // api.truenas.com: logging in with a key over a socket
  {
    mark: 'auth.login_with_api_key',
    before: 0,
    shape: /auth\.login_with_api_key"[\s,]{0,12}"params" ?: ?\[\s{0,12}"\d{1,4}-[A-Za-z0-9]{64}/y,
    confidence: 0.9,
  },
  // sshpass(1), psexec, mysql
  { mark: 'sshpass -p', before: 0, shape: /-p ?["']?([^\s"'$`]{6,64})/y, confidence: 0.7 },
  // learn.microsoft.com/rest/api/storageservices/create-service-sas: the signature of a shared access signature
  {
    mark: 'sig=',
    before: 0,
    shape: /sig=([A-Za-z0-9%+/]{40,70}(?:%3[dD]|=))(?![A-Za-z0-9])/y,
    confidence: 0.85,
    beside: 'se=',
  },
  // firebase.google.com/docs/cloud-messaging (server keys)
  {
    mark: ':APA91',
    before: 11,
    shape: /AAAA[A-Za-z0-9_-]{7}:APA91[A-Za-z0-9_-]{100,200}/y,
    confidence: 0.95,
  },
  // learn.microsoft.com/powershell/module/microsoft.powershell.security/convertto-securestring
  {
    mark: 'ConvertTo-SecureString ',
    before: 0,
    shape: /ConvertTo-SecureString (?:-[A-Za-z]{1,20} ){0,3}["']?([^\s"'`$(]{6,64})/y,
    confidence: 0.7,
  },
  // postgresql.org/docs/current/libpq-pgpass.html
  {
    mark: ':5432:',
    before: 0,
    shape: /:5432:[\w*-]{1,63}:[\w.*-]{1,63}:([^\s:]{6,64})(?=\s|$)/y,
    confidence: 0.7,
  },
]

/** Tokens that no prefix begins, found by what stands in them. */
export const secretInfix: Detector = {
  name: 'secret-infix',
  atEnd: (scan) => {
    if (scan.text.length < 16) return
    // Each search is a native one, some thirty times faster than the pass over characters.
    scan.spend(scan.text.length >> 3)
    for (const infix of INFIXES) findAll(scan, infix)
  },
}

function findAll(scan: Scan, { mark, before, shape, confidence, beside }: Infix): void {
  const { text } = scan
  let at = text.indexOf(mark)
  if (at < 0 || (beside !== undefined && !text.includes(beside))) return
  while (at >= 0) {
    shape.lastIndex = startOf(text, at, before)
    scan.spend(at - shape.lastIndex + mark.length)
    const match = shape.exec(text)
    let next = at + mark.length
    if (match !== null) {
      const value = match[1] ?? match[0]
      const start = shape.lastIndex - value.length
      scan.spend(value.length)
      next = Math.max(next, shape.lastIndex)
      if (isCredential(value, match[1] !== undefined))
        scan.report('secret', start, start + value.length, confidence)
    }
    at = text.indexOf(mark, next)
  }
}

/** Back over the characters of a token. */
function startOf(text: string, at: number, before: number): number {
  const stop = Math.max(0, at - before)
  let start = at
  while (
    start > stop &&
    (PADDED[text.charCodeAt(start - 1)] === 1 || '+/.~'.includes(text.charAt(start - 1)))
  )
    start--
  return start
}

const isCredential = (value: string, isPassword: boolean): boolean => {
  if (isPassword) return confidenceOf('password', value, 'quoted') > 0
  return !isPlaceholderToken(value) && isRandom(value.replaceAll(/[^A-Za-z0-9]/g, ''))
}
