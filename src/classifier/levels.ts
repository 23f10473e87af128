import type { FindingKind } from '../domain/finding.ts'
import type { Category, Level } from '../domain/label.ts'

/** What a kind of find means: the one place where a level is given. */
type Rule = {
  readonly kind: FindingKind
  readonly level: Level
  readonly categories: readonly Category[]
  /** Countries whose law protects every such find; a detector may add more. */
  readonly jurisdictions: readonly string[]
}

const rule = (
  kind: FindingKind,
  level: Level,
  categories: readonly Category[] = [],
  jurisdictions: readonly string[] = [],
): Rule => ({ kind, level, categories, jurisdictions })

/** Detectors report by these names. */
export const RULES = {
  email: rule('email', 'confidential', ['pii']),
  phone: rule('phone', 'confidential', ['pii']),
  ip: rule('ip', 'confidential', ['pii']),
  /** Private, loopback and documentation addresses: nobody's. */
  'ip-local': rule('ip', 'public'),
  /** A name alone is never worse than internal; see COMBINATIONS. */
  person: rule('person', 'internal', ['pii']),
  /** Named places and firms are reported, so that they can be replaced; alone they say nothing of anybody. */
  location: rule('location', 'public'),
  organization: rule('organization', 'public'),
  url: rule('url', 'public'),
  'birth-date': rule('date', 'confidential', ['pii']),
  iban: rule('iban', 'confidential', ['bank', 'pii']),
  card: rule('card', 'restricted', ['pci']),
  'bank-account': rule('bank_account', 'confidential', ['bank', 'pii']),
  'national-id': rule('national_id', 'restricted', ['government-id', 'pii']),
  passport: rule('passport', 'restricted', ['government-id', 'pii']),
  'driver-license': rule('driver_license', 'restricted', ['government-id', 'pii']),
  address: rule('address', 'confidential', ['pii']),
  /** Like a name, an age alone says little. */
  age: rule('age', 'internal', ['pii']),
  crypto: rule('crypto', 'confidential', ['pii']),
  vehicle: rule('vehicle', 'confidential', ['pii']),
  device: rule('device', 'confidential', ['pii']),
  'us-ssn': rule('us_ssn', 'restricted', ['government-id', 'pii'], ['US']),
  health: rule('health', 'restricted', ['health', 'pii']),
  'private-key': rule('secret', 'restricted', ['secret']),
  secret: rule('secret', 'restricted', ['secret']),
  'marker-internal': rule('marker', 'internal'),
  'marker-confidential': rule('marker', 'confidential'),
  'marker-strict': rule('marker', 'restricted'),
  'marker-legal': rule('marker', 'restricted', ['legal']),
  'marker-export': rule('marker', 'restricted', ['export-control'], ['US']),
  'marker-hr': rule('marker', 'confidential', ['hr', 'pii']),
  minor: rule('marker', 'confidential', ['pii', 'pii.minor']),
  'source-code': rule('source_code', 'confidential', ['source-code']),
} as const satisfies Record<string, Rule>
export type RuleName = keyof typeof RULES

/** Under this a find is only possible: it is reported and raises nothing. */
export const CONFIDENCE_MIN = 0.5

/** Kinds that are worse together than apart: with any of `others` in the same request, `kind` rises to `level`. */
export const COMBINATIONS: readonly {
  readonly kind: FindingKind
  readonly others: readonly FindingKind[]
  readonly level: Level
}[] = [
  {
    kind: 'person',
    others: ['date', 'health', 'iban', 'bank_account', 'card', 'us_ssn', 'national_id'],
    level: 'restricted',
  },
]
