import { SERVICES } from './secret-services.ts'

/** How far the name of a variable, key or header promises a credential as its value. */
export type NameClass = 'password' | 'key' | 'service' | 'likely' | 'maybe' | 'none'

/** Words for a password, as names of variables and fields spell them (en, de, es, fr, pt, nl, pl, it, sv, cs, fi, hu, ro, ru, zh, ja). */
const PASSWORD =
  /^(?:pw|pswd|psw|passcode|passphrase|passwort|kennwort|contrase(?:ñ|n)a|senha|wachtwoord|has(?:ł|l)o|lösenord|losenord|heslo|salasana|jelszo|parola|motdepasse|passe|mdp|пароль|密码|パスワード|pin)s?$|passw(?:or)?d$|pwd$|passphrase$|[a-z]{2}pass$/

/** Words that say credential by themselves. */
const KEY =
  /^(?:secrets?|credentials?|creds?|apikeys?|apitoken|authtoken|accesstoken|accesskey|secretkey|privatekey|clientsecret|appsecret|authkey|servicekey|masterkey|webhook|authorization|passkey|usertoken|bottoken|refreshtoken)$|(?:api|auth|access|secret|private|master|service|client|app|account|shared|signing|encryption|query|insert|license|admin|write|ingest)(?:key|token|secret)s?$/
/** Words that say it together with one of QUALIFIERS, or with the name of a service. */
const LAST = /^(?:keys?|tokens?|auth|pat|bearer|jwt|sas|pk|login|dsn|sid)$/
const STRONG_LAST = /^(?:keys?|tokens?|pat|bearer|jwt|sas)$/
const QUALIFIERS = new Set(
  `api access secret auth private client app application consumer signing signature encryption encrypt decrypt account
  service admin master webhook license licence subscription deploy deployment bot bearer refresh session personal
  integration server write read ingest ingestion storage shared jwt ssh stream project user dev prod live test sandbox
  oauth oauth2 cookie crypto hmac aes ssl tls sdk rest gateway agent upload publish registry ci x provision device
  internal insert query rest developer partner merchant root org organization team workspace bootstrap join
  reporter unseal recovery symmetric instrumentation tracking connection management security sonar`.split(
    /\s+/,
  ),
)

/** With one of these a name speaks of something about a credential, or of no credential at all. */
const NEGATIVE = new Set(
  `hashed digest checksum sha sha1 sha256 sha512 md5 length len min max count num number total size limit budget type kind
  url uri path file filename dir field label hint policy strength regex pattern prompt expires expiry expiration ttl
  public pub publishable foreign primary sort partition cache idempotency dedup next prev previous page continuation
  pagination cursor csrf xsrf sync resume bos eos pad unk stop special version validator column row index param format
  algorithm alg method placeholder error message title text visible map usage used input output completion cached
  name names id ids key_id keyid fingerprint thumbprint revision commit translation i18n locale event keyboard
  object bucket etag row hashkey tokenizer vocab embedding image issued enabled required provider endpoint host arn
  request verification grant fake dummy mock invalid bogus sample expected wrong bad rotation lifetime timeout duration class prefix suffix separator policy status state integrity nonce dom`.split(
    /\s+/,
  ),
)

/** `myApiKey_2` as `my`, `api`, `key`, `2`. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-zß-ÿ0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')

const SERVICE_WORDS: ReadonlySet<string> = new Set(SERVICES)

/**
 * What the name says, with the word before it (`API key`) and whether a service was named nearby.
 */
export function classOf(name: string, before: string, hasService: boolean): NameClass {
  const words = wordsOf(name)
  const last = words.findLastIndex(
    (word) => PASSWORD.test(word) || KEY.test(word) || LAST.test(word) || /^pass\d?$/.test(word),
  )
  const isService = words.some((word) => SERVICE_WORDS.has(word))
  if (last < 0) {
    if (isService && words.length > 1 && words.at(-1) === 'api') return 'key'
    return isService && words.length === 1 ? 'service' : 'none'
  }
  if (words.some((word) => NEGATIVE.has(word))) return 'none'
  // `SMTP_PASS`, not `PASS_COUNT`.
  if (words.some((word) => PASSWORD.test(word)) || /^pass\d?$/.test(words.at(-1) ?? ''))
    return 'password'
  if (words.some((word) => KEY.test(word))) return 'key'
  const word = words[last] ?? ''
  if (isService && words.length > 1) return 'key'
  // `REPOSITORY_TOKEN`: whoever shouts it keeps it in the environment.
  if (words.length > 1 && /^(?:token|pat)$/.test(word) && /^[A-Z0-9_]+$/.test(name)) return 'key'
  if (!STRONG_LAST.test(word)) return 'none'
  if (word === 'pat' && words.length > 1) return 'key'
  if (last === 0 && NEGATIVE.has(before)) return 'none'
  if (words.some((each) => QUALIFIERS.has(each)) || (last === 0 && QUALIFIERS.has(before)))
    return 'key'
  if (hasService && words.length === 1) return 'key'
  // `acmeToken`, `ACME_KEY`: whose it is stands before it.
  return last > 0 || /^(?:tokens?|bearer)$/.test(word) ? 'likely' : 'maybe'
}
