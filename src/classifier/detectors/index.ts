import type { Detector } from '../detector.ts'
import { address } from './address.ts'
import { age } from './age.ts'
import { assignment } from './assignment.ts'
import { authorization } from './authorization.ts'
import { birthDate } from './birth-date.ts'
import { card } from './card.ts'
import { crypto } from './crypto.ts'
import { device } from './device.ts'
import { email } from './email.ts'
import { health } from './health.ts'
import { iban } from './iban.ts'
import { identityNumber } from './identity-number.ts'
import { ip } from './ip.ts'
import { jwt } from './jwt.ts'
import { marker } from './marker.ts'
import { minor } from './minor.ts'
import { namedValue } from './named-value.ts'
import { person } from './person.ts'
import { personalHealth } from './personal-health.ts'
import { phone } from './phone.ts'
import { privateKey } from './private-key.ts'
import { secretInfix } from './secret-infix.ts'
import { secret } from './secret.ts'
import { sourceCode } from './source-code.ts'
import { urlCredentials } from './url-credentials.ts'
import { usSsn } from './us-ssn.ts'
import { wallet } from './wallet.ts'

/** Where two look at the same place, the earlier one has the first word: checksums before layouts. */
export const detectors = {
  privateKey,
  wallet,
  jwt,
  secret,
  urlCredentials,
  authorization,
  assignment,
  namedValue,
  secretInfix,
  iban,
  card,
  usSsn,
  ip,
  crypto,
  device,
  identityNumber,
  birthDate,
  address,
  phone,
  email,
  age,
  person,
  personalHealth,
  health,
  marker,
  minor,
  sourceCode,
} satisfies Record<string, Detector>
