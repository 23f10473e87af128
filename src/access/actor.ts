/** What somebody may be in the administration of one installation. */
export const ROLES = ['officer', 'approver', 'auditor', 'finance', 'operator', 'developer'] as const
export type Role = (typeof ROLES)[number]

/** Who is asking the admin API: a person, known by the identity provider, or an automation with a token of its own. */
export type Actor = {
  /** Stable and unique: an e-mail address, or `token:<name>`. Approvals compare it. */
  readonly id: string
  readonly kind: 'person' | 'service'
  readonly roles: readonly Role[]
  /** The apps a developer belongs to; they see nothing of others. */
  readonly apps: readonly string[]
  /** Of a token: who made it. Where two people are asked for, it counts as that person. */
  readonly madeBy?: string
}

/** What the admin API guards, one name for each kind of act. */
export const PERMISSIONS = [
  'policy.read',
  'policy.draft',
  'policy.approve',
  'policy.activate',
  'policy.emergency',
  'decisions.read',
  'audit.read',
  'ledger.read',
  'ledger.write',
  'keys.read',
  'keys.write',
  'retention.write',
  'admin.write',
] as const
export type Permission = (typeof PERMISSIONS)[number]

/** Who may do what. Nobody has a right that is not written here. */
const RIGHTS: Readonly<Record<Role, readonly Permission[]>> = {
  officer: [
    'policy.read',
    'policy.draft',
    'policy.activate',
    'policy.emergency',
    'decisions.read',
    'audit.read',
    'retention.write',
  ],
  approver: ['policy.read', 'policy.approve', 'policy.emergency', 'decisions.read', 'audit.read'],
  auditor: ['policy.read', 'decisions.read', 'audit.read', 'ledger.read', 'keys.read'],
  finance: ['policy.read', 'ledger.read', 'ledger.write'],
  operator: ['policy.read', 'policy.emergency', 'keys.read', 'keys.write', 'admin.write'],
  developer: ['decisions.read'],
}

export const may = ({ roles }: Actor, permission: Permission): boolean =>
  roles.some((role) => RIGHTS[role].includes(permission))
