import { isWordPiece } from './word-piece.ts'

/** What documentation writes where a credential goes. */
const WORDS =
  /example|sample|placeholder|your|changeme|change[_-]me|replace|redacted|insert|dummy|fake|todo|xxxx|\.\.\.|\*\*\*|^<|<[\w .:-]{1,40}>|^[$#]?\{|\$\{[\w .:|-]{0,40}\}|\{\{[\w .:|$-]{0,40}\}\}|%s|%\(|secret_?here|_here|undefined|foobar|lorem|(?:^|[-_.])(?:test|fake|dummy|mock|demo)(?:[-_.]|$)|masked|removed|hidden|mock/i

/** `[hidden]`, `{password}`, `(none)`: nothing but what stands in brackets. */
const BRACKETED = /^(?:\[[^\]]*\]|\{[^}]*\}|\([^)]*\)|\{\{[^}]*\}\})$/

/** Ways of encoding, hashing and signing, which calls name beside a password. */
const METHOD =
  /^(?:base(?:64|32|16)(?:url)?|utf-?(?:8|16)(?:le)?|latin-?1|ascii|sha-?\d{1,3}|md5|bcrypt|scrypt|argon2(?:id|i|d)?|pbkdf2|aes-?\d{3}(?:-[a-z]{3})?|[hrpe]s\d{3})$/i

/** The same in a token whose format is known (and the examples of RFC 6749): shorter words come up in random letters, and tests use sequences. */
const TOKEN_WORDS =
  /2YotnFZFEjr1zCsicMWpAA|tGzv3JOkF0XG5Qx2TlKWIA|example|placeholder|yourt|your[_-]|[_-]your|changeme|redacted|xxxxxx|\.\.\.|\*\*\*|^<|<[\w .:-]{1,40}>|^[$#]?\{|\$\{[\w .:|-]{0,40}\}|\{\{[\w .:|$-]{0,40}\}\}|_here|-here|0{12}/i

/** Words that passwords in manuals and tests are made of. */
const PASSWORD_WORDS =
  /pass(?:word|wd|phrase|code)?|geheim|parole|pwd|pswd|p[a@4][s$5]{2}(?:w[o0]rd)?|secret|s3cret|s3cr3t|admin(?:istrator)?|root|user(?:name)?|login|guest|demo|test(?:ing|er)?|temp|tmp|default|example|sample|foo|bar|baz|qux|hello|world|welcome|letmein|qwerty(?:uiop)?|asdf(?:gh)?|zxcv(?:bn)?|abc(?:d|de|def)?|xyz|dev(?:elop(?:er|ment)?)?|prod(?:uction)?|staging|local(?:host)?|post(?:gres(?:ql)?)?|mysql|maria(?:db)?|mongo(?:db)?|redis|rabbit(?:mq)?|database|db|app|api|key|token|auth|super|secure|safe|strong|weak|valid|invalid|wrong|right|correct|incorrect|good|bad|old|new|another|other|different|same|my|the|some|any|very|long|short|enough|not|in|too|is|a|an|this|to|be|change(?:d|me)?|update(?:d)?|reset|hash(?:ed)?|plain|text|raw|string|value|field|input|current|confirm(?:ed|ation)?|first|second|monkey|dragon|iloveyou|hunter2|alice|bob|john|jane|doe|joe|horse|battery|staple|sun|shine|summer|winter|spring|autumn|null|none|nil|true|false|optional|required/gi

/** True if a value stands for a credential rather than being one. */
export const isPlaceholder = (value: string): boolean => {
  const text = value.slice(0, 128)
  return (
    WORDS.test(text) ||
    BRACKETED.test(text) ||
    METHOD.test(text) ||
    TOKEN_WORDS.test(text) ||
    isMonotonous(text) ||
    isSequence(text, 0.55)
  )
}

/** True if a token of a known format stands for one. */
export const isPlaceholderToken = (token: string): boolean => {
  const text = token.slice(0, 128)
  return TOKEN_WORDS.test(text) || isMonotonous(text) || isSequence(text, 0.8)
}

/** `abcdef1234567890`, `00001111`: most characters are the same as the one before, or its neighbour. */
function isSequence(text: string, share: number): boolean {
  let steps = 0
  for (let at = 1; at < text.length; at++) {
    if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) <= 1) steps++
  }
  return text.length > 7 && steps > share * text.length
}

const isMonotonous = (text: string): boolean => new Set(text).size < Math.min(5, text.length / 2)

/** True for `Password123!`, `test-user_1`, `letmein`: what manuals and tests use, made of such words, short numbers and signs. */
export const isTestPassword = (value: string): boolean =>
  value.length > 48 ||
  /pass(?:word|wd|phrase)/i.test(value) ||
  value
    .replaceAll(/(?:123456789|12345678|1234567|123456|12345|1234|123|321|(?:19|20)\d\d)/g, '')
    .replaceAll(PASSWORD_WORDS, '')
    .replaceAll(/[\W_]/g, '')
    .replace(/^\d{0,3}$/, '') === ''

/** True for names such as `tabular-data-pipeline`, `SomeLongTypeName2` and `user_profile.avatar`: pieces that are words. */
export function isWordy(value: string): boolean {
  const text = value.slice(0, 128)
  if (!/\d/.test(text) && !(/[a-z]/.test(text) && /[A-Z]/.test(text))) return true
  const pieces = text.split(/[^A-Za-z0-9]+/).filter((piece) => piece !== '')
  return pieces.every(isWordPiece) || isCamel(text)
}

/** Mixed case, most of it in words of small letters: `getX509KeyData`. One character in six of random base62 stands so. */
function isCamel(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text)) return false
  const inWords = text.match(/[A-Z]?[a-z]{3,32}/g)?.join('').length ?? 0
  return inWords >= 0.6 * text.length
}
