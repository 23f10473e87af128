const UTF8 = new TextEncoder()
const HMAC = { name: 'HMAC', hash: 'SHA-256' }

/** Imported keys by their text; a deployment has one. */
const keys = new Map<string, CryptoKey>()

/** Keyed hash (HMAC-SHA-256, hex) of a whole body: it can be compared with a body later on, but not guessed from. */
export async function bodyHash(hashKey: string, body: string): Promise<string> {
  const key = keys.get(hashKey) ?? (await importKey(hashKey))
  const signature = await crypto.subtle.sign(HMAC, key, UTF8.encode(body))
  let hex = ''
  for (const byte of new Uint8Array(signature)) hex += HEX[byte] ?? ''
  return hex
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

async function importKey(text: string): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('raw', UTF8.encode(text), HMAC, false, ['sign'])
  keys.clear()
  keys.set(text, key)
  return key
}
