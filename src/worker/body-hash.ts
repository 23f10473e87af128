const UTF8 = new TextEncoder()
const HMAC = { name: 'HMAC', hash: 'SHA-256' }

/** Imported keys by their text; a deployment has one or two. */
const keys = new Map<string, CryptoKey>()
const KEYS_MAX = 4

/** Keyed hash of a whole body: it can be compared with a body later on, but not guessed from. */
export const bodyHash = (hashKey: string, body: string): Promise<string> => hmacHex(hashKey, body)

/** HMAC-SHA-256 of a text in UTF-8, as lower-case hex. */
export async function hmacHex(secret: string, body: string): Promise<string> {
  const key = keys.get(secret) ?? (await importKey(secret))
  const signature = await crypto.subtle.sign(HMAC, key, UTF8.encode(body))
  let hex = ''
  for (const byte of new Uint8Array(signature)) hex += HEX[byte] ?? ''
  return hex
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

async function importKey(text: string): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('raw', UTF8.encode(text), HMAC, false, ['sign'])
  if (keys.size >= KEYS_MAX) keys.clear()
  keys.set(text, key)
  return key
}
