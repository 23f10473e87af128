import type { Detector } from '../detector.ts'
import { isRandom } from '../validators/randomness.ts'

/** A phrase that announces the words of a wallet, in the words of wallets' own manuals. */
const ANNOUNCED =
  `seed phrase,recovery phrase,mnemonic,mnemonic phrase,secret recovery phrase,backup phrase,wallet seed,seed words,recovery words,
  frase semilla,phrase de récupération,wiederherstellungsphrase`
    .split(',')
    .map((phrase) => phrase.trim())

/** BIP 39: 12, 15, 18, 21 or 24 words of 3 to 8 letters, often numbered. */
const PHRASE =
  /[\w ]{0,16}["')\]]{0,2}[ \t]{0,4}(?:is|=|:|:=|->)?[\s"'`([]{0,12}((?:(?:\d{1,2}[.)]? ?)?[a-z]{3,8}[,;]?[\s]{1,3}){11,23}(?:\d{1,2}[.)]? ?)?[a-z]{3,8})(?![a-z])/y
/** None of the 2,048 words of BIP 39; every sentence holds one. */
const NO_SEED_WORD =
  /\b(?:the|and|are|for|from|have|has|was|were|not|but|your|its|his|her|our|their|into|been|which|would|they|words?)\b/

/** JWK (RFC 7517): private members stand beside the type of key. */
const PRIVATE_MEMBER = /"(?:d|k)"\s{0,3}:\s{0,3}"([A-Za-z0-9_-]{20,1400})"/
const JWK_MAX = 3_000

/** Hexadecimal keys of Ethereum and the like: 64 digits, said to be a private key. */
const HEX_KEY =
  /["'`\])]{0,2}\s{0,4}(?:is|=|:|:=|,|\()?\s{0,4}["'`]?(?:0x)?([a-fA-F0-9]{64})(?![a-fA-F0-9])/y

/** Keys that people carry as words or in JSON: recovery phrases of wallets, JSON Web Keys, keys in hexadecimal. */
export const wallet: Detector = {
  name: 'wallet',
  words: [...ANNOUNCED, 'kty', 'private key', 'privatekey'],
  contexts: { 'wallet.walked': [] },
  // Extended private keys (BIP 32) and keys in wallet import format.
  prefixes: ['xprv', 'yprv', 'zprv', 'tprv'],
  atPrefix: (scan, start, end) => {
    XPRV.lastIndex = end
    scan.spend(24)
    if (XPRV.test(scan.text)) scan.claim('private-key', start, XPRV.lastIndex, 0.95)
  },
  atWord: (scan, start, end) => {
    const { text } = scan
    scan.spend(32)
    if (scan.distance('wallet.walked', start) < 0) return
    if (text.slice(start, end).toLowerCase() === 'kty') {
      const from = Math.max(0, start - JWK_MAX / 10)
      const around = text.slice(from, start + JWK_MAX)
      scan.spend(around.length)
      scan.note('wallet.walked', start + JWK_MAX)
      const match = PRIVATE_MEMBER.exec(around)
      const value = match?.[1]
      if (match === null || value === undefined) return
      const to = from + match.index + match[0].length - 1
      scan.claim('private-key', to - value.length, to, 0.95)
      return
    }
    HEX_KEY.lastIndex = end
    const hex = HEX_KEY.exec(text)?.[1]
    if (hex !== undefined) {
      if (isRandom(hex)) scan.claim('private-key', HEX_KEY.lastIndex - 64, HEX_KEY.lastIndex, 0.85)
      return
    }
    PHRASE.lastIndex = end
    const phrase = PHRASE.exec(text)?.[1]
    if (phrase === undefined) return
    scan.spend(phrase.length)
    scan.note('wallet.walked', PHRASE.lastIndex)
    if (NO_SEED_WORD.test(phrase) || new Set(phrase.match(/[a-z]+/g)).size < 8) return
    scan.claim('private-key', PHRASE.lastIndex - phrase.length, PHRASE.lastIndex, 0.85)
  },
}

const XPRV = /[1-9A-HJ-NP-Za-km-z]{100,112}(?![A-Za-z0-9])/y
