import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isDigit, isWordCode } from '../characters.ts'
import { GAP, type NumberToken } from '../numbers.ts'

/** "255.255:255…" with embedded IPv4 is the longest form: 45 characters. */
const V6_MAX = 45
const PORT_MAX = 6
/** From a word for an address to `::`, which is an operator otherwise. */
const NAMED_WITHIN = 16

export const ip: Detector = {
  name: 'ip',
  contexts: {
    ip: ['ip', 'ipv6', 'ip address', 'ipv6 address', 'inet6', 'unspecified', 'listening', 'bind'],
    version: [
      'version',
      'versions',
      'build',
      'release',
      'rev',
      'chapter',
      'section',
      'firmware',
      'driver',
    ],
  },
  atNumber: (scan, token) => {
    if (!isQuad(token) || isWordCode(token.before) || isWordCode(token.after)) return
    // 1.2.3.4 right after "version" counts releases; so does a fifth group.
    if (token.groupCount > 4 && token.gaps[4] === GAP.dot) return
    const end = (token.groupStarts[3] ?? 0) + (token.groupLengths[3] ?? 0)
    if (scan.distance('version', token.start) <= 12) return
    const octets = octetsOf(token)
    if (octets.some((octet) => octet > 255)) return
    scan.claim(isNobodys(octets) ? 'ip-local' : 'ip', token.start, end, 0.9)
  },
  marks: ':',
  atMark: (scan, at) => {
    const { text } = scan
    const next = text.charCodeAt(at + 1)
    if (next !== 0x3a && !isHex(next)) return
    let start = at
    while (at - start <= 4 && isHex(text.charCodeAt(start - 1))) start--
    const before = text.charCodeAt(start - 1)
    if (at - start > 4 || before === 0x3a || isWordCode(before) || before === 0x2e) return
    if (start === at && next !== 0x3a) return
    v6(scan, start)
  },
}

function isQuad({ groupCount, groupLengths, gaps, gapBefore }: NumberToken): boolean {
  if (groupCount < 4 || gapBefore === GAP.dot) return false
  for (let i = 0; i < 4; i++) {
    if ((groupLengths[i] ?? 9) > 3 || (i > 0 && gaps[i] !== GAP.dot)) return false
  }
  return true
}

function octetsOf({ digits, groupLengths }: NumberToken): readonly number[] {
  const octets: number[] = []
  let at = 0
  for (let i = 0; i < 4; i++) {
    let value = 0
    for (let n = groupLengths[i] ?? 0; n > 0; n--) value = value * 10 + (digits[at++] ?? 0)
    octets.push(value)
  }
  return octets
}

/** Blocks that no person or firm can hold: IANA IPv4 Special-Purpose Address Registry, multicast, well-known resolvers. */
function isNobodys(octets: readonly number[]): boolean {
  const [a = 0, b = 0, c = 0] = octets
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
    (a === 203 && b === 0 && c === 113) ||
    RESOLVERS.has(octets.join('.'))
  )
}

const RESOLVERS = new Set(['1.1.1.1', '1.0.0.1', '8.8.8.8', '8.8.4.4', '9.9.9.9'])

function v6(scan: Scan, start: number): void {
  const { text } = scan
  let end = start
  while (end - start < V6_MAX + PORT_MAX && isV6Code(text.charCodeAt(end))) end++
  scan.spend(end - start)
  if (isWordCode(text.charCodeAt(end))) return
  while (end > start && (text.charCodeAt(end - 1) === 0x2e || isLoneColon(text, end))) end--
  const whole = text.slice(start, end)
  // Eight groups, then a port: logs write it without brackets.
  const source = EIGHT_AND_PORT.exec(whole)?.[1] ?? whole
  end = start + source.length
  if (!isV6(source)) return
  // `::` alone, or before a word of code (`a::b`), is rather an operator.
  const digits = source.replaceAll(':', '').length
  const isPrefix = text.charCodeAt(end) === 0x2f && isDigit(text.charCodeAt(end + 1))
  const isNamed = scan.distance('ip', start) <= NAMED_WITHIN
  if (digits < 3 && source !== '::1' && !(source === '::' && (isPrefix || isNamed))) return
  const isLocal =
    /^(?:::1?$|fe[89a-f]|f[cd]|ff|2001:0?db8:|64:ff9b:|(?:100|2001|2001:\d{1,2}|2002)::$|::ffff:(?:0:0$|10\.|127\.|169\.254\.|192\.168\.))/i.test(
      source,
    )
  scan.claim(isLocal ? 'ip-local' : 'ip', start, end, digits < 6 ? 0.6 : 0.9)
}

const EIGHT_AND_PORT = /^((?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}):\d{1,5}$/

const isLoneColon = (text: string, end: number): boolean =>
  text.charCodeAt(end - 1) === 0x3a && text.charCodeAt(end - 2) !== 0x3a

const isHex = (code: number): boolean =>
  isDigit(code) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46)

const isV6Code = (code: number): boolean => isHex(code) || code === 0x3a || code === 0x2e

const isQuadText = (text: string): boolean =>
  /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((octet) => Number(octet) <= 255)

/** RFC 4291, section 2.2: eight groups, or fewer with one `::`; an IPv4 address may stand for the last two. */
function isV6(source: string): boolean {
  const gap = source.indexOf('::')
  if (gap >= 0 && source.includes('::', gap + 1)) return false
  const groups = source.split(':').filter((group) => group !== '')
  const last = groups.at(-1) ?? ''
  const hasQuad = last.includes('.')
  if (hasQuad && !isQuadText(last)) return false
  const hexes = hasQuad ? groups.slice(0, -1) : groups
  if (!hexes.every((group) => group.length <= 4 && !group.includes('.'))) return false
  const count = hexes.length + (hasQuad ? 2 : 0)
  return gap < 0 ? count === 8 : count < 8
}
