import { createHash } from 'node:crypto'
import { variable, type Env } from './env.ts'

/** A signature of a release, and the name of the key that made it. */
export type ReleaseSignature = { readonly keyId: string; readonly signature: string }

/** What signs and checks policy releases. */
export type PolicyKeys = {
  /** Undefined where only public keys are known. */
  readonly sign: ((hash: string) => Promise<ReleaseSignature>) | undefined
  /** Whether one of the signatures (base64) is one of a known key over this release. */
  readonly verify: (hash: string, signatures: readonly string[]) => Promise<boolean>
}

let known: { readonly setting: string; readonly keys: Promise<PolicyKeys> } | undefined

/**
 * From POLICY_SIGNING_KEY and POLICY_PUBLIC_KEYS; undefined if neither is set, and then releases are not signed. The
 * public key of the signing key counts without being listed.
 *
 * The promise rejects if a key cannot be read: then nothing is verified, and nothing used.
 */
export function policyKeysOf(env: Env): Promise<PolicyKeys> | undefined {
  const secret = variable(env, 'POLICY_SIGNING_KEY')
  const listed = variable(env, 'POLICY_PUBLIC_KEYS')
  if (secret === undefined && listed === undefined) return undefined
  const setting = `${secret ?? ''} ${listed ?? ''}`
  if (known?.setting !== setting) known = { setting, keys: importKeys(secret, listed ?? '') }
  return known.keys
}

const ED25519 = { name: 'Ed25519' }

/** What is signed: nothing else that a key of ours signs looks like it. */
const signedText = (hash: string): Uint8Array =>
  new TextEncoder().encode(`demarc policy release v1\n${hash}\n`)

async function importKeys(secret: string | undefined, listed: string): Promise<PolicyKeys> {
  const listedBytes = listed.split(/[\s,]+/).filter((each) => each !== '')
  const publicKeys = await Promise.all(listedBytes.map((each) => importPublic(base64(each))))
  if (secret === undefined) return { sign: undefined, verify: verifierOf(publicKeys) }
  const key = await crypto.subtle.importKey('pkcs8', base64(secret), ED25519, true, ['sign'])
  const jwk = await crypto.subtle.exportKey('jwk', key)
  const raw = new Uint8Array(Buffer.from(('x' in jwk ? jwk.x : undefined) ?? '', 'base64url'))
  const keyId = createHash('sha256').update(raw).digest('hex').slice(0, 16)
  return {
    sign: async (hash) => {
      const signature = await crypto.subtle.sign(ED25519, key, signedText(hash))
      return { keyId, signature: Buffer.from(signature).toString('base64') }
    },
    verify: verifierOf([await importPublic(raw), ...publicKeys]),
  }
}

const importPublic = (raw: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', raw, ED25519, true, ['verify'])

const verifierOf =
  (keys: readonly CryptoKey[]): PolicyKeys['verify'] =>
  async (hash, signatures) => {
    const text = signedText(hash)
    for (const signature of signatures) {
      const bytes = base64(signature)
      for (const key of keys) {
        if (bytes.length === 64 && (await crypto.subtle.verify(ED25519, key, bytes, text))) {
          return true
        }
      }
    }
    return false
  }

const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
