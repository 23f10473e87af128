import {
  hasDay,
  icaoDigit,
  isDay,
  isMod11And10,
  lastDigit,
  luhn,
  weighted,
  weightedValues,
} from './check-digits.ts'
import { id, layout, type IdFormat } from './id-format.ts'

/** Two digits of the month, from which a century was added. */
const monthOf = (code: string, at: number, step: number): number =>
  Number(code.slice(at, at + 2)) % step

const isJmbg = (code: string): boolean => {
  const check = 11 - (weighted(code, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)
  return hasDay(code, 2, 0) && (check >= 10 ? 0 : check) === lastDigit(code)
}

const isEgn = (code: string): boolean =>
  isDay(monthOf(code, 2, 20), Number(code.slice(4, 6))) &&
  (weighted(code, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === lastDigit(code)

function isRodneCislo(code: string): boolean {
  const month = Number(code.slice(2, 4)) % 50
  if (!isDay(month > 20 ? month - 20 : month, Number(code.slice(4, 6)))) return false
  if (code.length === 9) return Number(code.slice(0, 2)) < 54
  return (Number(code.slice(0, 9)) % 11) % 10 === lastDigit(code)
}

function isBaltic(code: string): boolean {
  if (!hasDay(code, 3, 5)) return false
  const first = weighted(code, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  const check = first < 10 ? first : weighted(code, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11
  return check % 10 === lastDigit(code)
}

const isLatvian = (code: string): boolean =>
  code.startsWith('32') ||
  (hasDay(code, 2, 0) &&
    ((1 + weighted(code, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11) % 10 === lastDigit(code))

const isPesel = (code: string): boolean =>
  isDay(monthOf(code, 2, 20), Number(code.slice(4, 6))) &&
  weighted(code, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0

const isCnp = (code: string): boolean =>
  hasDay(code, 3, 5) &&
  (weighted(code, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11) % 10 ===
    (weighted(code, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 === 10 ? 0 : lastDigit(code)) &&
  (weighted(code, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 !== 10 || lastDigit(code) === 1)

const HETU = '0123456789ABCDEFHJKLMNPRSTUVWXY'
const isHetu = (code: string): boolean =>
  hasDay(code, 2, 0) &&
  HETU[Number(code.slice(0, 6) + code.slice(-4, -1)) % 31] === code.at(-1) &&
  code.slice(-4, -1) >= '002'

const isFodselsnummer = (code: string): boolean => {
  const day = Number(code.slice(0, 2)) % 40
  const month = Number(code.slice(2, 4)) % 40
  return (
    isDay(month, day) &&
    weighted(code, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weighted(code, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  )
}

/** The last ten digits; a co-ordination number counts 60 on top of the day. */
const isPersonnummer = (code: string): boolean => {
  const short = code.slice(-10)
  return isDay(Number(short.slice(2, 4)), Number(short.slice(4, 6)) % 60) && luhn(short)
}

const isKennitala = (code: string): boolean =>
  isDay(Number(code.slice(2, 4)), Number(code.slice(0, 2)) % 40) &&
  weighted(code, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0

const isInn = (code: string): boolean =>
  (weighted(code, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(code[10]) &&
  (weighted(code, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(code[11])

const isTckn = (code: string): boolean => {
  const odd = weighted(code, [1, 0, 1, 0, 1, 0, 1, 0, 1])
  const even = weighted(code, [0, 1, 0, 1, 0, 1, 0, 1])
  return (
    (((odd * 7 - even) % 10) + 10) % 10 === Number(code[9]) &&
    weighted(code, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10 === Number(code[10])
  )
}

const JMBG =
  'jmbg, matični broj, maticni broj, jedinstveni matični broj, emšo, emso, матичен број, матични број, јмбг, eмбг, embg'

/** Numbers of persons in Northern, Eastern and South-Eastern Europe, and in Turkey. Rules as the issuing offices publish them. */
export const EASTERN_EUROPE: readonly IdFormat[] = [
  id('al.nid', [10], /^[A-T]\d[0-6]\d[0-3]\d{4}[A-W]$/, {
    words: 'nid, numri personal, letërnjoftim, nipt',
  }),
  id('ba.jmbg', [13], /^\d{13}$/, { check: isJmbg, words: JMBG }),
  id('bg.egn', [10], /^\d{10}$/, {
    check: isEgn,
    weak: 'piece',
    words: 'egn, егн, единен граждански номер',
  }),
  id('by.pn', [14], /^[1-6]\d{6}[A-Z]\d{3}[A-Z]{2}\d$/, {
    check: (code) => hasDay(code, 3, 1),
    words: 'личный номер, асабісты нумар, идентификационный номер',
    layout: layout(String.raw`[1-6]\d{6}[ABCHKEM]\d{3}(?:PB|BA|BI)\d`),
    alone: 0.8,
  }),
  id('cz.rc', [9, 10], /^\d{9,10}$/, {
    check: isRodneCislo,
    weak: 'piece',
    words: 'rodné číslo, rodne cislo, rodného čísla, r.č, rč, rodnym cislom',
    layout: layout(String.raw`\d{6}/\d{4}`),
    alone: 0.7,
  }),
  id('dk.cpr', [10], /^\d{10}$/, {
    check: (code) =>
      hasDay(code, 2, 0) && weighted(code, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    words: 'cpr, cpr nummer, cpr nr, personnummer, cprnr',
    layout: layout(String.raw`\d{6}-\d{4}`),
    alone: 0.55,
  }),
  id('dk.cpr.any', [10], /^\d{10}$/, {
    check: (code) => hasDay(code, 2, 0),
    words: 'cpr, cpr nummer, cpr nr, cprnr',
    bare: false,
  }),
  id('ee.ik', [11], /^[1-8]\d{10}$/, {
    check: isBaltic,
    weak: 'piece',
    words: 'isikukood, ik, personal identification code, id kood',
  }),
  id('lt.asmens', [11], /^[1-69]\d{10}$/, {
    check: isBaltic,
    weak: 'piece',
    words: 'asmens kodas, asmens kodo, a.k',
  }),
  id('lv.pk', [11], /^\d{11}$/, {
    check: isLatvian,
    words: 'personas kods, personas koda, pers. kods, p.k',
    layout: layout(String.raw`\d{6}-[0-2]\d{4}`),
    alone: 0.5,
  }),
  id('fi.hetu', [10, 11], /^\d{6}[A-FU-Y]?\d{3}[0-9A-FHJ-NPR-Y]$/, {
    check: isHetu,
    weak: 'piece',
    words: 'hetu, henkilötunnus, henkilotunnus, personbeteckning, sotu',
    layout: layout(String.raw`\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]`),
    alone: 0.7,
  }),
  id('hr.oib', [11, 13], /^(?:HR)?\d{11}$/, {
    check: (code) => isMod11And10(code.slice(-11)),
    weak: 'layout',
    layout: layout('HR ?[0-9]{11}'),
    words: 'oib, osobni identifikacijski broj',
  }),
  id('hu.adoazonosito', [10], /^8\d{9}$/, {
    check: (code) => weighted(code, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === lastDigit(code),
    words: 'adóazonosító, adóazonosító jel, adoazonosito, adószám',
  }),
  id('hu.szemelyi', [11], /^[1-8]\d{10}$/, {
    check: (code) =>
      hasDay(code, 3, 5) &&
      weighted(code, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) % 11 === lastDigit(code),
    words: 'személyi szám, személyi azonosító, szemelyi szam',
  }),
  id('hu.taj', [9], /^\d{9}$/, {
    check: (code) => weighted(code, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === lastDigit(code),
    words: 'taj, taj szám, taj szam, társadalombiztosítási',
    bare: false,
  }),
  id('is.kennitala', [10], /^\d{9}[089]$/, {
    check: isKennitala,
    words: 'kennitala, kt',
    layout: layout(String.raw`\d{6}-\d{3}[09]`),
    alone: 0.5,
  }),
  id('md.idnp', [13], /^[029]\d{12}$/, {
    check: (code) => icaoDigit(code.slice(0, 12)) === lastDigit(code),
    words: 'idnp, cod personal',
    bare: false,
  }),
  id('no.fnr', [11], /^\d{11}$/, {
    check: isFodselsnummer,
    words: 'fødselsnummer, fodselsnummer, personnummer, fnr, f nr, d nummer',
    layout: layout(String.raw`\d{6} \d{5}`),
    alone: 0.55,
  }),
  id('pl.pesel', [11], /^\d{11}$/, {
    check: isPesel,
    weak: 'piece',
    words: 'pesel, numer pesel, nr pesel',
  }),
  id('pl.nip', [10, 12], /^(?:PL)?\d{10}$/, {
    check: (code) =>
      weighted(code.slice(-10), [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === lastDigit(code),
    words: 'nip, numer identyfikacji podatkowej',
    bare: false,
  }),
  id('pl.dowod', [9], /^[A-Z]{3}\d{6}$/, {
    check: (code) => weightedValues(code, [7, 3, 1, 9, 7, 3, 1, 7, 3]) % 10 === 0,
    words: 'dowód osobisty, dowodu osobistego, dowód, nr dowodu, seria i numer, dowod osobisty',
  }),
  id('ro.cnp', [13], /^[1-9]\d{12}$/, { check: isCnp, words: 'cnp, cod numeric personal' }),
  id('rs.jmbg', [13], /^\d{13}$/, { check: isJmbg, words: JMBG }),
  id('si.emso', [13], /^\d{13}$/, { check: isJmbg, words: 'emšo, emso' }),
  id('si.davcna', [8], /^[1-9]\d{7}$/, {
    check: (code) => (11 - (weighted(code, [8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === lastDigit(code),
    words: 'davčna številka, davcna stevilka, davčna',
    bare: false,
  }),
  id('se.personnummer', [10, 12], /^(?:19|20)?\d{10}$/, {
    check: isPersonnummer,
    weak: 'piece',
    words: 'personnummer, personnr, pnr, samordningsnummer, persnr, pers nr, p nr',
    layout: layout(String.raw`(?:19|20)?\d{6}[-+]\d{4}`),
    alone: 0.6,
  }),
  id('ru.inn', [12], /^\d{12}$/, { check: isInn, words: 'инн, inn', bare: true }),
  id('ru.snils', [11], /^\d{11}$/, {
    check: (code) =>
      (weighted(code, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === Number(code.slice(9)),
    words: 'снилс, snils',
    layout: layout(String.raw`\d{3}-\d{3}-\d{3} \d{2}`),
    alone: 0.8,
  }),
  id('ua.rntrc', [10], /^\d{10}$/, {
    check: (code) =>
      (((weighted(code, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10 === lastDigit(code),
    bare: false,
    words: 'рнокпп, іпн, ідентифікаційний код, ипн, rnokpp, податковий номер',
  }),
  id('tr.tckn', [11], /^[1-9]\d{10}$/, {
    check: isTckn,
    weak: 'piece',
    words: 'tckn, tc kimlik, t.c. kimlik, kimlik no, kimlik numarası, tc no, tc kimlik no',
  }),
  id('mt.id', [5, 6, 7, 8], /^\d{4,7}[MGAPLHBZ]$/, { words: 'karta tal identità, maltese id' }),
  id('cy.tin', [9], /^\d{8}[A-Z]$/, { words: 'cyprus tin, αριθμός φορολογικού μητρώου' }),
  id('gr.amka', [11], /^\d{11}$/, {
    check: (code) => hasDay(code, 2, 0) && luhn(code),
    weak: 'piece',
    words: 'amka, αμκα, α.μ.κ.α',
  }),
  id('gr.afm', [9, 11], /^(?:EL|GR)?\d{9}$/, {
    check: (code) =>
      (weighted(code.slice(-9), [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === lastDigit(code),
    words: 'afm, αφμ, α.φ.μ, αριθμός φορολογικού μητρώου',
    bare: false,
  }),
]
