import type { Detector } from '../detector.ts'
import { isWordCode } from '../characters.ts'
import { isPlaceholder } from '../validators/placeholder.ts'
import { SECRET_FORMATS } from './secret-formats.ts'

/** Tokens that say by their first characters whose they are. */
export const secret: Detector = {
  name: 'secret',
  prefixes: [...new Set(SECRET_FORMATS.map(({ prefix }) => prefix))],
  atPrefix: (scan, start, end) => {
    const { text } = scan
    if (isWordCode(text.charCodeAt(start - 1)) && text.charCodeAt(start - 1) !== 0x5f) return
    for (const body of BODIES.get(text.slice(start, end)) ?? []) {
      scan.spend(end - start)
      body.lastIndex = end
      if (!body.test(text)) continue
      const stop = body.lastIndex
      scan.spend(stop - end)
      const value = text.slice(end, stop)
      if (isPlaceholder(value) || isWordy(value)) continue
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

const BODIES: ReadonlyMap<string, readonly RegExp[]> = bodies()

function bodies(): Map<string, RegExp[]> {
  const found = new Map<string, RegExp[]>()
  for (const { prefix, body } of SECRET_FORMATS)
    found.set(prefix, [...(found.get(prefix) ?? []), body])
  return found
}

/** Letters of one case and separators only: a name such as `sk-learn-pipeline-for-tabular-data`. */
const isWordy = (value: string): boolean =>
  !/\d/.test(value) &&
  !(/[a-z]/.test(value) && /[A-Z]/.test(value)) &&
  !/^[A-Z2-7]{16}$/.test(value)
