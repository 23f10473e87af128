import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isPlaceholder, isTestPassword } from '../validators/placeholder.ts'
import { digitCount, isRandom } from '../validators/randomness.ts'
import { wordBefore } from './assignment.ts'
import { classOf } from './secret-names.ts'
import { confidenceOf, type Style } from './secret-values.ts'

/** Words behind which a credential stands with no sign of assignment between. */
const WORDS =
  `password passwd pwd passphrase passwort kennwort passcode contraseña senha wachtwoord secret token apikey key
  credential credentials authkey pat bearer identified`.split(/\s+/)

/**
 * What may stand between: `("password", "…")`, `password "…"`, `<password>…<`, `name="password" value="…"`,
 * `setPassword("…")`, `--password …`, `password_2, '…'`. The value is in one of the groups, quoted or not.
 */
const QUOTED =
  /(?:[\w-]{0,24}|\.assign)["'`]?[\])]?(?:[ \t]{0,3}(?:,|\(|\|\|?|\?\?)[ \t]{0,3}[@bur]?|[ \t]{1,3}|[ \t]{1,2}(?:value|VALUE|default|content)[ \t]?=[ \t]?)(["'`])([^\s"'`]{6,256})\1/y
const TAGGED = /[\w.-]{0,24}(?: [\w-]{1,16}="[^"<>]{0,32}"){0,2}>([^\s<>]{6,128})</y
const FLAGGED = /[\w-]{0,16}[ \t]{1,2}([^\s"'`$-][^\s"'`]{5,127})/y

/** `password is hunter2!`, `password for the portal is …`, `secret: …` in a sentence. */
const SAID =
  /(?: (?:for|to|of)(?: [\w'@.-]{1,20}){1,4})? (?:is|was|ist|lautet|es|est|è|jest|är) (?:now |set to |also )?["'`]?(\S{6,64})/iy

/** `Access token   00D…`, `the API key is 5f2…`: long and random, or it is no credential. */
const SPACED =
  /[\w.-]{0,16}(?:[ \t]{1,10}|:?[ \t]{0,4}\n{1,2}[ \t]{0,8})(?:is |= ?|was |- )?["'`]?([A-Za-z0-9_+/=.!~-]{20,128})(?![\w])/y

/** How far back a flag's dashes, a netrc entry's `login` or a macro's `#define` may stand. */
const BEFORE_MAX = 64
const LOOK = 32

/** Credentials that a call, a tag, a flag or a sentence gives a name to. */
export const namedValue: Detector = {
  name: 'named-value',
  words: WORDS,
  contexts: { 'named-value.seen': [] },
  atWord: (scan, start, end) => {
    scan.spend(LOOK)
    if (scan.distance('named-value.seen', start) < 0) return
    if (quoted(scan, start, end) || tagged(scan, start, end)) return
    if (sqlIdentified(scan, start, end)) return
    if (flagged(scan, start, end) || spaced(scan, start, end)) return
    said(scan, start, end)
  },
}

/** The word is part of something longer than a name: `user:pass`, `key.passwd.pem`. */
const isWithin = (text: string, start: number): boolean => {
  let from = start
  while (from > 0 && from > start - 32 && /[\w-]/.test(text.charAt(from - 1))) from--
  return (
    from > 0 && ':/.\\%'.includes(text.charAt(from - 1)) && /["'`:./\w]/.test(text.charAt(from - 2))
  )
}

/** The whole name that the word is part of, as far as it stands before it. */
function nameTo(text: string, start: number, end: number): string {
  let from = start
  while (from > 0 && from > start - 32 && /[\w.-]/.test(text.charAt(from - 1))) from--
  return text.slice(from, end)
}

function quoted(scan: Scan, start: number, end: number): boolean {
  QUOTED.lastIndex = end
  const match = QUOTED.exec(scan.text)
  const value = match?.[2]
  if (match === null || value === undefined) return false
  if (!match[0].includes('(') && isWithin(scan.text, start)) return false
  const to = QUOTED.lastIndex - 1
  const rest = /^[\w-]{0,24}/.exec(match[0])?.[0] ?? ''
  return judge(scan, nameTo(scan.text, start, end) + rest, to - value.length, to, 'quoted')
}

function tagged(scan: Scan, start: number, end: number): boolean {
  TAGGED.lastIndex = end
  const value = TAGGED.exec(scan.text)?.[1]
  if (value === undefined) return false
  const to = TAGGED.lastIndex - 1
  return judge(scan, nameTo(scan.text, start, end), to - value.length, to, 'quoted')
}

/** `IDENTIFIED WITH mysql_native_password BY '…'`, as databases create users. */
const SQL = /(?: with \w{1,32})? (?:by|as) (?:password )?(['"])([^\s'"]{6,64})\1/iy

function sqlIdentified(scan: Scan, start: number, end: number): boolean {
  if (scan.text.slice(start, end).toLowerCase() !== 'identified') return false
  SQL.lastIndex = end
  const value = SQL.exec(scan.text)?.[2]
  if (value === undefined) return true
  return judge(scan, 'password', SQL.lastIndex - 1 - value.length, SQL.lastIndex - 1, 'quoted')
}

function flagged(scan: Scan, start: number, end: number): boolean {
  const { text } = scan
  FLAGGED.lastIndex = end
  const value = FLAGGED.exec(text)?.[1]
  if (value === undefined) return false
  const before = text.slice(Math.max(0, start - BEFORE_MAX), start)
  scan.spend(BEFORE_MAX)
  if (
    !/(?:^|[\s"'(])--?[\w-]{0,24}$|\blogin\s{1,4}\S{1,40}\s{1,6}$|[#%](?:define|global) \w{0,24}$|\bset \w{0,24}$/.test(
      before,
    )
  )
    return false
  const to = FLAGGED.lastIndex
  const isMacro = /[#%]\w+ \w{0,24}$/.test(before)
  const name = nameTo(text, start, end).replace(/^-+/, '')
  return judge(scan, isMacro ? `app_${name}` : name, to - value.length, to, 'bare')
}

function spaced(scan: Scan, start: number, end: number): boolean {
  const { text } = scan
  SPACED.lastIndex = end
  const value = SPACED.exec(text)?.[1]
  if (value === undefined) return false
  const to = SPACED.lastIndex
  scan.spend(value.length)
  if (digitCount(value) < 3 || !isRandom(value)) return false
  const kind = classOf(nameTo(text, start, end), wordBefore(text, start), false)
  if (kind === 'password' || kind === 'service' || kind === 'none') return false
  // On the next line stands what a page of settings shows under its title.
  if (kind !== 'key' && scan.text.slice(end, to - value.length).includes('\n')) return false
  const confidence = Math.min(0.65, confidenceOf(kind, value, 'bare'))
  if (confidence > 0) scan.claim('secret', to - value.length, to, confidence)
  return confidence > 0
}

function said(scan: Scan, start: number, end: number): void {
  SAID.lastIndex = end
  const raw = SAID.exec(scan.text)?.[1]
  const value = raw?.replace(/[.,;:!?)"'`]{1,3}$/, '')
  if (raw === undefined || value === undefined || value.length < 6) return
  if (classOf(scan.text.slice(start, end), '', false) !== 'password') return
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || /[()[\]{}<>]/.test(value)) return
  if (isPlaceholder(value) || isTestPassword(value)) return
  const from = SAID.lastIndex - raw.length
  scan.claim('secret', from, from + value.length, 0.7)
}

function judge(scan: Scan, name: string, from: number, to: number, style: Style): boolean {
  scan.note('named-value.seen', to)
  const kind = classOf(name, '', scan.distance('service', from) <= LOOK)
  const confidence = confidenceOf(kind, scan.text.slice(from, to), style)
  if (confidence > 0) scan.claim('secret', from, to, confidence)
  return true
}
