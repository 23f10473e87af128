import { createHash, createPublicKey, verify } from 'node:crypto'
import { err, ok, type Result } from '../domain/result.ts'

/** Signed notes and checkpoints of transparency logs (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with Ed25519 keys. */

/** A verifier key: `name+hash+key`. */
export type VerifierKey = {
  readonly name: string
  /** First four bytes of the hash that names the key. */
  readonly id: Uint8Array
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

/** The head of a log. */
export type Checkpoint = {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

const ED25519 = 1

/** SHA-256(name ‖ newline ‖ algorithm ‖ key), its first four bytes. */
function keyId(name: string, publicKey: Uint8Array): Uint8Array {
  const hash = createHash('sha256')
  hash
    .update(`${name}\n`)
    .update(new Uint8Array([ED25519]))
    .update(publicKey)
  return new Uint8Array(hash.digest()).slice(0, 4)
}

export const formatVerifierKey = (name: string, publicKey: Uint8Array): string =>
  `${name}+${toHex(keyId(name, publicKey))}+${toBase64(Uint8Array.of(ED25519, ...publicKey))}`

/** Undefined if it is none, or its parts contradict each other. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [, name, hash, encoded] =
    /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? []
  if (name === undefined || encoded === undefined) return undefined
  const bytes = fromBase64(encoded)
  const publicKey = bytes.slice(1)
  if (bytes[0] !== ED25519 || publicKey.length !== 32) return undefined
  const id = keyId(name, publicKey)
  return toHex(id) === hash ? { name, id, publicKey } : undefined
}

/** What is signed. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${toBase64(root)}\n`

/** A note with one signature; more signatures are further lines of the same kind. */
export function formatNote(
  text: string,
  name: string,
  publicKey: Uint8Array,
  signature: Uint8Array,
): string {
  const signed = toBase64(Uint8Array.of(...keyId(name, publicKey), ...signature))
  return `${text}\n— ${name} ${signed}\n`
}

/** The text of a note that one of the keys has signed; else what is wrong. */
export function openNote(note: string, keys: readonly VerifierKey[]): Result<string, string> {
  const end = note.lastIndexOf('\n\n')
  if (end < 0) return err('it has no signatures')
  const text = note.slice(0, end + 1)
  const lines = note.slice(end + 2).split('\n')
  return keys.some((key) => lines.some((line) => isSignatureBy(key, line, text)))
    ? ok(text)
    : err('no known key has signed it')
}

/** The checkpoint in a note that one of the keys has signed; else what is wrong. */
export function openCheckpoint(
  note: string,
  keys: readonly VerifierKey[],
): Result<Checkpoint, string> {
  const opened = openNote(note, keys)
  if (!opened.ok) return err(`the checkpoint is not genuine: ${opened.error}`)
  const [origin = '', size = '', root = ''] = opened.value.split('\n')
  const bytes = fromBase64(root)
  if (origin === '' || !/^(?:0|[1-9]\d{0,15})$/.test(size) || bytes.length !== 32) {
    return err('the checkpoint is malformed')
  }
  return ok({ origin, size: Number(size), root: bytes })
}

function isSignatureBy({ name, id, publicKey }: VerifierKey, line: string, text: string): boolean {
  const prefix = `— ${name} `
  if (!line.startsWith(prefix)) return false
  const bytes = fromBase64(line.slice(prefix.length))
  if (bytes.length !== 68 || !id.every((byte, at) => byte === bytes[at])) return false
  const key = createPublicKey({
    key: Buffer.concat([SPKI_ED25519, publicKey]),
    format: 'der',
    type: 'spki',
  })
  return verify(null, Buffer.from(text), key, bytes.slice(4))
}

/** What stands before the 32 bytes of a key in DER (RFC 8410). */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
