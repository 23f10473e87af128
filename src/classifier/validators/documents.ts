import { icaoDigit, lastDigit, valueAt, weighted } from './check-digits.ts'
import { id, layout, type IdFormat } from './id-format.ts'

const passport = (
  name: string,
  lengths: readonly number[],
  pattern: RegExp,
  options: Partial<Parameters<typeof id>[3]> = {},
): IdFormat =>
  id(name, lengths, pattern, { rule: 'passport', words: PASSPORT, far: FAR_PASSPORT, ...options })

const PASSPORT =
  'passport, passport number, passport no, passports, travel document, passnummer, pass nr, reisepass, reisepassnummer, ' +
  'passeport, pasaporte, passaporto, passaporte, paspoort, paspoortnummer, paszport, paszportu, pas nummer, ' +
  'pasnummer, passi, passin numero, útlevél, pașaport, pasaport, cestovní pas, паспорт, паспорта, διαβατήριο'
const FAR_PASSPORT =
  /\u62a4\u7167|\u8b77\u7167|\u30d1\u30b9\u30dd\u30fc\u30c8|\u65c5\u5238|\u062c\u0648\u0627\u0632|\uc5ec\uad8c/

const license = (
  name: string,
  lengths: readonly number[],
  pattern: RegExp,
  options: Partial<Parameters<typeof id>[3]> = {},
): IdFormat =>
  id(name, lengths, pattern, {
    rule: 'driver-license',
    words:
      name.startsWith('xx') || options.check === undefined
        ? LICENSE
        : `${LICENSE}, license, licence`,
    far: FAR_LICENSE,
    ...options,
  })

const LICENSE =
  "driver license, driver's license, drivers license, driver’s license, driving license, driving licence, driver licence, " +
  "driver's licence, drivers licence, licence number, license number, license no, licence no, dl number, dl no, dl, driverslicense, " +
  'driverlicense, drivinglicence, dvla, ' +
  'führerschein, führerscheinnummer, fahrerlaubnis, permis de conduire, permiso de conducir, licencia de conducir, ' +
  'carnet de conducir, patente di guida, patente, rijbewijs, rijbewijsnummer, carta de condução, cnh, ' +
  'carteira de motorista, habilitação, prawo jazdy, prawa jazdy, körkort, körkortsnummer, kørekort, førerkort, ajokortti'
const FAR_LICENSE =
  /\u9a7e\u9a76\u8bc1|\u99d5\u7167|\u514d\u8a31|\u904b\u8ee2\u514d\u8a31|\u0631\u062e\u0635\u0629/

/** Month in tens with 50 added for a woman, the day between: what a British number says of the birth. */
const isBritish = (code: string): boolean => {
  const month = Number(code.slice(6, 8)) % 50
  const day = Number(code.slice(8, 10))
  return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

function isGermanLicense(code: string): boolean {
  let sum = 0
  for (let i = 0; i < 9; i++) sum += valueAt(code, i) * (9 - i)
  const check = sum % 11
  return code[9] === (check === 10 ? 'X' : String(check))
}

const isCnh = (code: string): boolean => {
  const first = weighted(code, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11
  const second = weighted(code, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11
  const less = first >= 10 ? 2 : 0
  const last = second - less < 0 ? second - less + 11 : second - less
  return Number(code[9]) === first % 10 && Number(code[10]) === (last >= 10 ? 0 : last)
}

/** Passports and driving licences. Most have no check digit: their words have to stand before them. */
export const DOCUMENTS: readonly IdFormat[] = [
  passport('us.passport', [9], /^(?:[A-Z]\d{8}|\d{9})$/),
  passport('gb.passport', [9], /^[A-Z]{2}\d{7}$/, { bare: true, weak: 'piece' }),
  passport('de.passport', [9, 10], /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?$/, {
    check: (code) =>
      code.length === 10
        ? icaoDigit(code.slice(0, 9)) === lastDigit(code)
        : /\d/.test(code) && icaoDigit(code.slice(0, 8)) === lastDigit(code),
  }),
  passport('fr.passport', [9], /^\d\d[A-Z]{2}\d{5}$/, { bare: true }),
  passport('es.passport', [8, 9], /^[A-Z]{2,3}\d{6}$/),
  passport('in.passport', [8], /^[A-PR-WY]\d{7}$/),
  passport('cn.passport', [9], /^[EGDPS][A-Z0-9]\d{7}$/),
  passport('nl.passport', [9], /^[A-NP-Z]{2}[A-NP-Z0-9]{6}\d$/),
  passport('kr.passport', [9], /^[MSRODG](?:\d{8}|\d{3}[A-Z]\d{4})$/),
  passport(
    'xx.passport',
    [6, 7, 8, 9, 10],
    /^(?:[A-Z]{0,3}\d{5,9}|[A-Z]\d{3}[A-Z]\d{3,5}|[A-Z]{2}\d{4,6}[A-Z]{0,2}\d?)$/,
  ),
  license('gb.licence', [16], /^[A-Z9]{5}\d{6}[A-Z9]{2}[A-Z0-9]{3}$/, {
    check: isBritish,
    layout: layout(String.raw`[A-Z9]{5}\d[0156]\d[0-3]\d\d[A-Z9]{2}[A-Z0-9]{3}`),
    alone: 0.85,
  }),
  license('gb.licence.any', [16], /^[A-Z9]{5}\d{6}[A-Z9]{2}[A-Z0-9]{3}$/, { bare: true }),
  license('de.licence', [11], /^[A-Z]{2}\d{8}[A-Z0-9]$/, { bare: true }),
  license('de.licence.checked', [11], /^[A-Z0-9]\d{2}[A-Z0-9]{6}[0-9X][A-Z0-9]$/, {
    check: isGermanLicense,
    bare: false,
  }),
  license('it.licence', [10], /^(?:[A-Z]{2}\d{7}[A-Z]|U1[A-Z0-9]{7}[A-Z])$/, {
    check: (code) => !/^U1[A-Z]00A/.test(code),
  }),
  license('br.cnh', [11], /^\d{11}$/, { check: isCnh, bare: false }),
  license('es.licence', [9], /^\d{8}[A-Z]$/),
  license('us.licence.ca', [8, 9], /^[A-Z]\d{7,8}$/),
  // One letter and twelve to fourteen digits: Florida, Illinois, Maryland, Michigan, Minnesota, New Jersey, Wisconsin.
  license('us.licence.fl', [12, 13, 14, 15], /^[A-Z]\d{11,14}$/, { bare: true }),
  license(
    'us.licence',
    [6, 7, 8, 9, 10, 11, 12, 13, 14],
    /^(?:[A-Z]{1,2}\d{5,13}|\d{7,14}|\d{3}[A-Z]{2}\d{4}|\d{2}[A-Z]{3}\d{5}|[A-Z]\d{2}[A-Z]\d{5}|[A-Z]\d{9}[A-Z])$/,
  ),
  license(
    'xx.licence',
    [7, 8, 9, 10, 11, 12, 13, 14, 15],
    /^(?=[A-Z0-9]{0,14}\d{3})[A-Z0-9]{7,15}$/,
  ),
]
