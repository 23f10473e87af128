import type { Detector } from '../detector.ts'
import { isWordCode } from '../characters.ts'
import { isPlaceholderToken, isWordy } from '../validators/placeholder.ts'
import { hasTokenChecksum } from '../validators/token-checksum.ts'
import { SECRET_FORMATS } from './secret-formats.ts'
import type { SecretFormat } from './secret-format.ts'

const FORMATS: ReadonlyMap<string, readonly SecretFormat[]> = Map.groupBy(
  SECRET_FORMATS,
  ({ prefix }) => prefix,
)

/** Tokens that say by their first characters whose they are. */
export const secret: Detector = {
  name: 'secret',
  prefixes: [...FORMATS.keys()],
  atPrefix: (scan, start, end) => {
    const { text } = scan
    if (isWordCode(text.charCodeAt(start - 1)) && text.charCodeAt(start - 1) !== 0x5f) return
    const prefix = text.slice(start, end)
    if (isWithinBase64(text, start) && /^[A-Za-z0-9]+$/.test(prefix)) return
    for (const format of FORMATS.get(prefix) ?? []) {
      scan.spend(end - start)
      const least = format.least(text, end)
      if (least < 0) continue
      scan.spend(least - end)
      const body = text.slice(end, least)
      if (
        !isProven(prefix, body) &&
        (isPlaceholderToken(body) || (format.isLoose && isWordy(body)))
      )
        continue
      const stop = format.rest(text, least)
      scan.spend(stop - start)
      scan.claim('secret', start, stop, confidenceOf(format, text.slice(end, stop)))
      return
    }
  },
  marks: ':',
  atMark: (scan, at) => {
    if (!scan.text.startsWith('AA', at + 1)) return
    const start = Math.max(0, at - 10)
    BOT.lastIndex = at + 1
    const digits = /\d{8,10}$/.exec(scan.text.slice(start, at))?.[0]
    if (digits !== undefined && BOT.test(scan.text))
      scan.claim('secret', at - digits.length, BOT.lastIndex, 0.9)
  },
}

/** A run of mixed characters ends in `+` or `/` right before. */
function isWithinBase64(text: string, start: number): boolean {
  if (start === 0 || !'+/'.includes(text.charAt(start - 1))) return false
  const before = text.slice(Math.max(0, start - 9), start - 1)
  return /^[A-Za-z0-9+/]{8}$/.test(before) && /[a-z]/.test(before) && /[A-Z]/.test(before)
}

/** Telegram bots: the bot's id, a colon, 35 characters. */
const BOT = /AA[A-Za-z0-9_-]{32,34}(?![A-Za-z0-9_-])/y

/** Tokens that end in a checksum over themselves, and how many characters stand behind the prefix. */
const CHECKED = new Map(
  ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'npm_'].map((prefix) => [prefix, 36] as const),
)
/** A checksum that is wrong: made up for a manual, or a form that its maker has changed since. */
const UNPROVEN = 0.7

const isProven = (prefix: string, body: string): boolean =>
  CHECKED.get(prefix) === body.length && hasTokenChecksum(body)

function confidenceOf({ prefix, confidence }: SecretFormat, body: string): number {
  if (isProven(prefix, body)) return 0.99
  return CHECKED.get(prefix) === body.length ? UNPROVEN : confidence
}
