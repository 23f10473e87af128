import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import {
  base58CheckVersion,
  fromBase58,
  BITCOIN_ALPHABET,
  RIPPLE_ALPHABET,
} from '../validators/base58.ts'
import { isBech32 } from '../validators/bech32.ts'
import { keccak256 } from '../validators/keccak.ts'

const CONTEXT_WITHIN = 60
/** Version bytes of base58check by first letter: Bitcoin, Litecoin, Dogecoin, Dash, TRON. */
const VERSIONS: Readonly<Record<string, readonly number[]>> = {
  '1': [0],
  '3': [5],
  L: [48],
  M: [50],
  D: [30],
  A: [22],
  X: [76],
  T: [65],
}
/** Characters that one check looks at, about: base58 multiplies each by all before it, Keccak mixes 50 words 24 times. */
const BASE58_UNITS = 120
const KECCAK_UNITS = 200

/** Addresses of cryptocurrencies, by their checksums; without one, by a word near them. */
export const crypto: Detector = {
  name: 'crypto',
  contexts: {
    crypto: [
      'wallet',
      'wallets',
      'bitcoin',
      'btc',
      'ethereum',
      'eth',
      'crypto',
      'solana',
      'sol',
      'usdt',
      'usdc',
      'erc20',
      'metamask',
      'phantom',
      'cryptocurrency',
      'blockchain',
      'deposit address',
      'litecoin',
      'ltc',
      'doge',
      'tron',
      'trx',
      'xrp',
      'ripple',
      'monero',
      'portefeuille',
      'billetera',
      'monedero',
      'portafoglio',
      'carteira',
      'portfel',
    ],
  },
  atCode: (scan, start, end) => {
    const length = end - start
    if (length < 25) return
    const token = scan.text.slice(start, end)
    if (length === 42 && token.startsWith('0x')) ethereum(scan, start, token)
    else if (length <= 35) base58(scan, start, token)
    else if (length <= 44) solana(scan, start, token)
    if (scan.claimedTo <= start && SEGWIT.test(token)) segwit(scan, start, token)
  },
}

const SEGWIT = /^(?:bc1|tb1|ltc1)[a-z0-9]{20,}$|^(?:BC1|TB1|LTC1)[A-Z0-9]{20,}$/

function segwit(scan: Scan, start: number, token: string): void {
  scan.spend(token.length * 2)
  if (isBech32(token.toLowerCase())) scan.claim('crypto', start, start + token.length, 0.98)
}

/** Mixed case is a checksum (EIP-55); in one case any 20 bytes fit. */
function ethereum(scan: Scan, start: number, token: string): void {
  const hex = token.slice(2)
  if (!/^[0-9a-fA-F]{40}$/.test(hex)) return
  const lower = hex.toLowerCase()
  const isMixed = hex !== lower && hex !== hex.toUpperCase()
  if (isMixed) {
    scan.spend(KECCAK_UNITS)
    const hash = keccak256(lower)
    for (let i = 0; i < 40; i++) {
      const isUpper = Number.parseInt(hash.charAt(i), 16) >= 8
      const expected = isUpper ? lower.charAt(i).toUpperCase() : lower.charAt(i)
      if (hex.charAt(i) !== expected) return
    }
  }
  const confidence = isMixed ? 0.95 : isNear(scan, start) ? 0.8 : 0.4
  // Nobody's: the zero address.
  if (!/^(?:0{40}|(.)\1{39})$/.test(hex)) scan.claim('crypto', start, start + 42, confidence)
}

function base58(scan: Scan, start: number, token: string): void {
  const first = token.charAt(0)
  const versions = VERSIONS[first]
  if (versions === undefined && first !== 'r') return
  scan.spend(BASE58_UNITS)
  const version = base58CheckVersion(token, first === 'r' ? RIPPLE_ALPHABET : BITCOIN_ALPHABET)
  if (version === undefined || !(versions ?? [0]).includes(version)) return
  scan.claim('crypto', start, start + token.length, 0.97)
}

/** 32 bytes without a checksum. */
function solana(scan: Scan, start: number, token: string): void {
  if (!isNear(scan, start) || !/[a-z]/.test(token) || !/[A-Z]/.test(token)) return
  scan.spend(BASE58_UNITS)
  if (fromBase58(token, BITCOIN_ALPHABET)?.length === 32) {
    scan.claim('crypto', start, start + token.length, 0.6)
  }
}

const isNear = (scan: Scan, start: number): boolean =>
  scan.distance('crypto', start) <= CONTEXT_WITHIN
