import { isWordCode } from '../characters.ts'
import type { Detector } from '../detector.ts'

/** Six bytes: `00:1a:2b:3c:4d:5e`. */
const LENGTH = 17
const CONTEXT_WITHIN = 40
const COLONS = /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/iy
const HYPHENS = /(?:[0-9a-f]{2}-){5}[0-9a-f]{2}(?![\w-])/iy
/** Broadcast, multicast and made-up addresses: no one device's. */
const NOBODYS =
  /^(?:(?:00[:-]){5}|(?:ff[:-]){5}|01[:-]00[:-]5e|33[:-]33|00[:-]11[:-]22[:-]33|12[:-]34[:-]56|aa[:-]bb[:-]cc|de[:-]ad[:-]be)/i

/** Hardware addresses (EUI-48). Other numbers of devices need words: see validators/things.ts. */
export const device: Detector = {
  name: 'device',
  contexts: {
    mac: [
      'mac',
      'mac address',
      'macaddress',
      'hwaddr',
      'ether',
      'bssid',
      'hardware address',
      'bluetooth',
      'ethernet',
      'physical address',
    ],
  },
  marks: ':',
  atMark: (scan, at) => {
    const { text } = scan
    const start = at - 2
    if (start < 0 || text.charCodeAt(at + 3) !== 0x3a || start + LENGTH > text.length) return
    if (
      start > 0 &&
      (isWordCode(text.charCodeAt(start - 1)) || text.charCodeAt(start - 1) === 0x3a)
    )
      return
    scan.spend(LENGTH)
    COLONS.lastIndex = start
    if (!COLONS.test(text)) return
    const end = start + LENGTH
    // More bytes follow: a fingerprint or an InfiniBand address.
    if (text.charCodeAt(end) === 0x3a && /[0-9a-f]{2}/i.test(text.slice(end + 1, end + 3))) return
    // Odd first bytes address groups.
    if ((Number.parseInt(text.slice(start, start + 2), 16) & 1) === 1) return
    if (isWordCode(text.charCodeAt(end)) || NOBODYS.test(text.slice(start, end))) return
    scan.claim('device', start, end, 0.85)
  },
  words: ['mac address', 'mac', 'hwaddr', 'bssid', 'physical address', 'bluetooth address'],
  atWord: (scan, _start, end) => {
    scan.spend(CONTEXT_WITHIN)
    const { text } = scan
    const gap = /^[\s:=.]{1,24}(?:is )?/.exec(text.slice(end, end + 32))?.[0].length ?? 0
    HYPHENS.lastIndex = end + gap
    const found = HYPHENS.exec(text)?.[0]
    if (found === undefined || NOBODYS.test(found)) return
    scan.claim('device', end + gap, end + gap + found.length, 0.85)
  },
}
