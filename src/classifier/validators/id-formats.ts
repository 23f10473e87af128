import { BANK_ACCOUNTS } from './bank-accounts.ts'
import { DOCUMENTS } from './documents.ts'
import type { IdFormat } from './id-format.ts'
import { AMERICAS } from './ids-americas.ts'
import { AFRICA_OCEANIA } from './ids-africa-oceania.ts'
import { ASIA } from './ids-asia.ts'
import { EASTERN_EUROPE } from './ids-eastern-europe.ts'
import { WESTERN_EUROPE } from './ids-western-europe.ts'
import { THINGS } from './things.ts'

/** All numbers that are known by their words. Where several fit alike, the earlier one names the country. */
export const ID_FORMATS: readonly IdFormat[] = [
  ...WESTERN_EUROPE,
  ...EASTERN_EUROPE,
  ...AMERICAS,
  ...ASIA,
  ...AFRICA_OCEANIA,
  ...DOCUMENTS,
  ...BANK_ACCOUNTS,
  ...THINGS,
]
