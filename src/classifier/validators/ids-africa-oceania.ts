import { hasDay, lastDigit, luhn, valueAt, weighted } from './check-digits.ts'
import { id, layout, type IdFormat } from './id-format.ts'

const isMedicare = (code: string): boolean =>
  weighted(code, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(code[8])

function isIrd(code: string): boolean {
  const digits = code.replace('NZ', '').padStart(9, '0')
  const number = Number(digits)
  if (number < 10_000_000 || number > 150_000_000) return false
  const first = (11 - (weighted(digits, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
  const check = first < 10 ? first : (11 - (weighted(digits, [7, 4, 3, 2, 5, 2, 7, 6]) % 11)) % 11
  return check === lastDigit(digits)
}

const isSouthAfrican = (code: string): boolean =>
  hasDay(code, 2, 4) && (code[10] === '0' || code[10] === '1' || code[10] === '2') && luhn(code)

function isMauritian(code: string): boolean {
  let sum = 0
  for (let i = 0; i < 13; i++) sum += valueAt(code, i) * (14 - i)
  return hasDay(code, 3, 1) && valueAt(code, 13) === (17 - (sum % 17)) % 17
}

/** Numbers of persons in Africa, Australia and New Zealand. Rules as the issuing offices publish them. */
export const AFRICA_OCEANIA: readonly IdFormat[] = [
  id('ao.bi', [14], /^\d{9}[A-Z]{2}\d{3}$/, {
    check: (code) =>
      /(?:BA|BE|BO|CA|CC|CN|CS|CE|HA|HO|LA|LN|LS|ME|MO|NE|UE|ZE|OE)\d{3}$/.test(code),
    words: 'bilhete de identidade, bi',
  }),
  id('au.tfn', [8, 9], /^\d{8,9}$/, {
    check: (code) => code.length === 9 && weighted(code, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    words: 'tfn, tax file number, tax file',
    bare: false,
  }),
  id('au.medicare', [10, 11], /^[2-6]\d{9,10}$/, {
    check: isMedicare,
    weak: 'piece',
    layout: layout(String.raw`\d{4} \d{5} \d`),
    words: 'medicare, medicare card, medicare number',
  }),
  id('dz.nif', [15, 20], /^\d{15}(?:\d{5})?$/, { words: 'nif', bare: false }),
  id('eg.nid', [14], /^[23]\d{13}$/, {
    check: (code) =>
      hasDay(code, 3, 5) && /^(?:0[1-4]|1[1-9]|2[1-9]|3[1-5]|88)/.test(code.slice(7)),
    words: 'egyptian id, national id number',
    far: /\u0627\u0644\u0631\u0642\u0645 \u0627\u0644\u0642\u0648\u0645\u064a/,
  }),
  id('gh.card', [11, 13], /^(?:GHA\d{10}|[CGQPV]00\d{7}[0-9X])$/, {
    words: 'ghana card, ghanacard, tin',
  }),
  id('ke.id', [7, 8], /^\d{7,8}$/, { words: 'kenyan id, huduma, kitambulisho' }),
  id('ma.cin', [6, 7, 8], /^[A-Z]{1,2}\d{5,6}$/, { words: 'cin, cnie, carte nationale' }),
  id('mu.nid', [14], /^[A-Z]\d{12}[0-9A-F]$/, {
    check: isMauritian,
    words: 'national identity card, mauritian id, nic',
  }),
  id('mz.nuit', [9], /^\d{9}$/, {
    check: (code) => '01234567891'[weighted(code, [8, 9, 4, 5, 6, 7, 8, 9]) % 11] === code[8],
    weak: 'layout',
    words: 'nuit',
  }),
  id('ng.nin', [11], /^\d{11}$/, { words: 'nin, national identification number, bvn, nimc' }),
  id('nz.ird', [8, 9, 10, 11], /^(?:NZ)?\d{8,9}$/, {
    check: isIrd,
    weak: 'layout',
    layout: layout(String.raw`(?:NZ ?)?\d{7,8}-\d|\d{2,3}-\d{3}-\d{3}`),
    words: 'ird, ird number, inland revenue',
    bare: true,
  }),
  id('za.id', [13], /^\d{13}$/, {
    check: isSouthAfrican,
    words: 'south african id, sa id, rsa id, refugee id, permanent resident, id number, id no',
    layout: layout(String.raw`\d{6} \d{4} [012]\d{2}`),
    alone: 0.6,
  }),
  id('za.tin', [10], /^[01239]\d{9}$/, {
    check: (code) => luhn(code),
    bare: false,
    words: 'tax reference, sars, tax reference number, income tax reference',
  }),
]
