import * as z from 'zod'
import { ROLES, type Actor, type Role } from './actor.ts'

/** What is given: roles, and for developers the apps they belong to. */
export type Given = { readonly roles: readonly Role[]; readonly apps: readonly string[] }

const ADDRESS = /^[^\s@:]{1,64}@[a-z0-9.-]{1,190}$/
const GROUP = /^group:[^\s:][^:]{0,127}$/
const SERVICE = /^access:[a-z0-9._-]{1,128}$/

/** Whom roles are given to: an e-mail address, `group:<name>`, or `access:<client id>` of a service token of Access. */
export const Principal = z
  .string()
  .transform((text) => (text.startsWith('group:') ? text : text.toLowerCase()))
  .refine((text) => ADDRESS.test(text) || GROUP.test(text) || SERVICE.test(text), {
    message: 'an e-mail address, group:<name>, or access:<client id of a service token>',
  })

/** A person as the identity provider has proven them to be. */
export type Identity =
  | { readonly kind: 'person'; readonly email: string; readonly groups: readonly string[] }
  | { readonly kind: 'service'; readonly clientId: string }

/** The id of an actor, and everything that roles may have been given to. */
export function principalsOf(identity: Identity): {
  readonly id: string
  readonly principals: readonly string[]
} {
  if (identity.kind === 'service') {
    const id = `access:${identity.clientId.toLowerCase()}`
    return { id, principals: [id] }
  }
  const id = identity.email.toLowerCase()
  return { id, principals: [id, ...identity.groups.map((group) => `group:${group}`)] }
}

/** The actor that an identity is, with all that was given to it by name or by group. Nothing given, nothing allowed. */
export function actorOf(identity: Identity, given: readonly Given[]): Actor {
  const roles = new Set(given.flatMap((one) => one.roles))
  return {
    id: principalsOf(identity).id,
    kind: identity.kind,
    roles: ROLES.filter((role) => roles.has(role)),
    apps: [...new Set(given.flatMap(({ apps }) => apps))].toSorted(),
  }
}
