import { AI_SECRETS } from './secrets-ai.ts'
import { CHAT_SECRETS } from './secrets-chat.ts'
import { CLOUD_SECRETS } from './secrets-cloud.ts'
import { CODE_SECRETS } from './secrets-code.ts'
import { DATA_SECRETS } from './secrets-data.ts'
import { PAYMENT_SECRETS } from './secrets-payment.ts'
import { atLeast, OPAQUE, type SecretFormat } from './secret-format.ts'

/**
 * Formats as their makers document or announce them; each family names its sources. Lengths that a maker leaves open
 * are as public rule sets have seen them (gitleaks, MIT; Nosey Parker, Apache-2.0). The expressions are ours.
 */
export const SECRET_FORMATS: readonly SecretFormat[] = [
  ...CLOUD_SECRETS,
  ...CODE_SECRETS,
  ...AI_SECRETS,
  ...PAYMENT_SECRETS,
  ...CHAT_SECRETS,
  ...DATA_SECRETS,
  // RFC 6750, section 2.1
  atLeast('Bearer ', OPAQUE, 20, 0.8),
]
