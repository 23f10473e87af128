const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** CRC-32 (IEEE 802.3) of ASCII text. */
function crc32(text: string): number {
  let crc = 0xffffffff
  for (let at = 0; at < text.length; at++) {
    crc = (TABLE[(crc ^ text.charCodeAt(at)) & 0xff] ?? 0) ^ (crc >>> 8)
  }
  return (crc ^ 0xffffffff) >>> 0
}

/**
 * True if the last six characters are the base62 CRC-32 of those before them, as in tokens of GitHub and npm: the sum
 * is over what stands between the underscore and itself.
 * Source: github.blog/engineering/behind-githubs-new-authentication-token-formats.
 */
export function hasTokenChecksum(body: string): boolean {
  const sum = body.slice(-6)
  let value = crc32(body.slice(0, -6))
  for (let at = 5; at >= 0; at--) {
    if (sum.charAt(at) !== BASE62.charAt(value % 62)) return false
    value = Math.floor(value / 62)
  }
  return value === 0
}
