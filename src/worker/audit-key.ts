import { formatVerifierKey } from '../encoding/signed-note.ts'
import { variable, type Env } from './env.ts'

/** The key that signs checkpoints. */
export type AuditKey = {
  readonly publicKey: Uint8Array
  readonly sign: (text: string) => Promise<Uint8Array>
}

let known: { readonly encoded: string; readonly key: Promise<AuditKey> } | undefined

/** From the secret AUDIT_KEY (PKCS #8 of an Ed25519 key, in base64); undefined if it is not set. */
export function auditKeyOf(env: Env): Promise<AuditKey> | undefined {
  const encoded = variable(env, 'AUDIT_KEY')
  if (encoded === undefined) return undefined
  if (known?.encoded !== encoded) known = { encoded, key: importKey(encoded) }
  return known.key
}

async function importKey(encoded: string): Promise<AuditKey> {
  const bytes = new Uint8Array(Buffer.from(encoded, 'base64'))
  const key = await crypto.subtle.importKey('pkcs8', bytes, ED25519, true, ['sign'])
  const { x } = await crypto.subtle
    .exportKey('jwk', key)
    .then((jwk) => ('x' in jwk ? jwk : { x: '' }))
  return {
    publicKey: new Uint8Array(Buffer.from(x ?? '', 'base64url')),
    sign: async (text) =>
      new Uint8Array(await crypto.subtle.sign(ED25519, key, new TextEncoder().encode(text))),
  }
}

const ED25519 = { name: 'Ed25519' }

/** The name of a tenant's log: what its checkpoints begin with and its key is called. */
export const originOf = (env: Env, tenant: string): string =>
  `${variable(env, 'AUDIT_ORIGIN') ?? 'demarc.invalid'}/journal/${tenant}`

export const verifierKeyOf = (env: Env, tenant: string, { publicKey }: AuditKey): string =>
  formatVerifierKey(originOf(env, tenant), publicKey)
