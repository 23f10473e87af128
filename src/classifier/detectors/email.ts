import type { Detector } from '../detector.ts'
import { isWordCode } from '../characters.ts'

/** RFC 5321, section 4.5.3.1: octets of a local part and of a domain. */
const LOCAL_MAX = 64
const DOMAIN_MAX = 255

/** Ends of file names and of code that stand where a top-level domain would (`icon@2x.png`, `pkg@next.js`). */
const NOT_TOP_LEVEL = new Set(
  'png jpg jpeg gif svg webp pdf js ts jsx tsx mjs css html json yaml yml xml md txt py rb sh exe dll zip gz tar local localhost internal service socket slice mount timer target scope device'.split(
    ' ',
  ),
)

/** Top-level domains of countries whose data protection law is the GDPR, the Swiss or the British one. */
const COUNTRY_DOMAINS = new Set(
  'at be bg ch cy cz de dk ee es fi fr gr hr hu ie is it li lt lu lv mt nl no pl pt ro se si sk'.split(
    ' ',
  ),
)

const COUNTRY_CODE: Readonly<Record<string, string>> = { uk: 'GB' }

export const email: Detector = {
  name: 'email',
  marks: '@',
  atMark: (scan, at) => {
    const { text } = scan
    const start = localStart(text, at)
    const end = domainEnd(text, at + 1)
    scan.spend(at - start + end - at)
    if (start === at || end - at < 4) return
    const local = text.slice(start, at)
    const labels = text.slice(at + 1, end).split('.')
    const top = (labels.at(-1) ?? '').toLowerCase()
    if (labels.length < 2 || !labels.every(isLabel) || !isTopLevel(top)) return
    // An scp-like address (`git@host:path`), or credentials in a URL.
    if (local === 'git' || (text.charCodeAt(start - 1) === 0x3a && isUrlUser(text, start))) return
    const country = COUNTRY_CODE[top] ?? (COUNTRY_DOMAINS.has(top) ? top.toUpperCase() : undefined)
    scan.claim('email', start, end, 0.98, country === undefined ? [] : [country])
  },
}

/** `user:` between the slashes of a URL and here, within 40 characters. */
const isUrlUser = (text: string, start: number): boolean =>
  /:\/\/[^\s/@]{0,40}:$/.test(text.slice(Math.max(0, start - 44), start))

function localStart(text: string, at: number): number {
  let start = at
  const stop = Math.max(0, at - LOCAL_MAX)
  while (start > stop && isLocal(text.charCodeAt(start - 1))) start--
  while (start < at && isEdge(text.charCodeAt(start))) start++
  return start
}

/** Of RFC 5322's atext what is in use: quotes, braces and slashes are left out, as they rather surround addresses. */
const isLocal = (code: number): boolean =>
  isWordCode(code) ||
  code === 0x2e ||
  code === 0x2d ||
  code === 0x2b ||
  code === 0x25 ||
  code === 0x26 ||
  code === 0x27 ||
  (code >= 0xc0 && code <= 0x24f)

const isEdge = (code: number): boolean => code === 0x2e || code === 0x2d || code === 0x27

function domainEnd(text: string, from: number): number {
  let end = from
  const stop = Math.min(text.length, from + DOMAIN_MAX)
  while (end < stop && isDomain(text.charCodeAt(end))) end++
  while (end > from && isEdge(text.charCodeAt(end - 1))) end--
  return end
}

const isDomain = (code: number): boolean =>
  (isWordCode(code) && code !== 0x5f) ||
  code === 0x2e ||
  code === 0x2d ||
  (code >= 0xc0 && code <= 0x24f)

const isLabel = (label: string): boolean =>
  label.length > 0 && label.length <= 63 && !label.startsWith('-') && !label.endsWith('-')

const isTopLevel = (top: string): boolean =>
  top.length >= 2 && top.length <= 24 && !NOT_TOP_LEVEL.has(top) && !/\d/.test(top)
