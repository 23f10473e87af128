import type { Detector } from '../detector.ts'
import { isWordCode } from '../characters.ts'
import { isPlaceholder } from '../validators/placeholder.ts'
import { SECRET_FORMATS, type SecretFormat } from './secret-formats.ts'

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
    for (const { body, rest } of FORMATS.get(text.slice(start, end)) ?? []) {
      scan.spend(end - start)
      body.lastIndex = end
      if (!body.test(text)) continue
      scan.spend(body.lastIndex - end)
      const least = text.slice(end, body.lastIndex)
      if (isPlaceholder(least) || isWordy(least)) continue
      const stop = rest === undefined ? body.lastIndex : endOf(rest, text, body.lastIndex)
      scan.spend(stop - start)
      scan.claim('secret', start, stop, 0.95)
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

/** Telegram bots: the bot's id, a colon, 35 characters. */
const BOT = /AA[A-Za-z0-9_-]{32,34}(?![A-Za-z0-9_-])/y

function endOf(rest: RegExp, text: string, from: number): number {
  rest.lastIndex = from
  rest.test(text)
  return rest.lastIndex
}

/** Letters of one case and separators only: a name such as `sk-learn-pipeline-for-tabular-data`. */
const isWordy = (value: string): boolean =>
  !/\d/.test(value) &&
  !(/[a-z]/.test(value) && /[A-Z]/.test(value)) &&
  !/^[A-Z2-7]{16}$/.test(value)
