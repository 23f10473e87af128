import {
  hasDay,
  icaoDigit,
  isEan13,
  isMod11And10,
  isVerhoeff,
  lastDigit,
  luhn,
  remainder,
  valueAt,
  weighted,
} from './check-digits.ts'
import { id, layout, type IdFormat } from './id-format.ts'

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE'
const isDni = (code: string): boolean =>
  DNI_LETTERS[
    Number(code.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2')) % 23
  ] === code.at(-1)

/** Ten digits of which one stands twice or three times, the others once at most. */
function isSteuerId(code: string): boolean {
  const counts = new Map<string, number>()
  for (const digit of code.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  const repeated = [...counts.values()].filter((count) => count > 1)
  return repeated.length === 1 && (repeated[0] ?? 9) <= 3 && isMod11And10(code)
}

/** Digits of products, added up: the letter counts as two digits, A = 01. */
function crossSum(code: string, weights: readonly number[]): number {
  const digits = code.replace(/[A-Z]/, (letter) =>
    String(letter.charCodeAt(0) - 64).padStart(2, '0'),
  )
  let sum = 0
  for (const [i, weight] of weights.entries()) {
    const product = Number(digits[i]) * weight
    sum += Math.floor(product / 10) + (product % 10)
  }
  return sum % 10
}

const isBelgian = (code: string): boolean => {
  const check = Number(code.slice(9))
  const month = Number(code.slice(2, 4)) % 20
  if (month > 12 || Number(code.slice(4, 6)) > 31) return false
  const body = code.slice(0, 9)
  return 97 - remainder(body, 97) === check || 97 - remainder(`2${body}`, 97) === check
}

const isNir = (code: string): boolean => {
  const body = code.slice(0, 13).replace('2A', '19').replace('2B', '18')
  const month = Number(code.slice(3, 5))
  if (!((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50)) return false
  return 97 - remainder(body, 97) === Number(code.slice(13))
}

const isPps = (code: string): boolean => {
  const second =
    code.length === 9 && code[8] !== 'W' && code[8] !== 'T' ? (code.charCodeAt(8) - 64) * 9 : 0
  return (
    'WABCDEFGHIJKLMNOPQRSTUV'[(weighted(code, [8, 7, 6, 5, 4, 3, 2]) + second) % 23] === code[7]
  )
}

/** Decree of 12 March 1974 of the Italian Ministry of Finance: what characters at odd places are worth. */
const CF_ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]
function isCodiceFiscale(code: string): boolean {
  let sum = 0
  for (let i = 0; i < 15; i++) {
    const value = valueAt(code, i) >= 10 ? valueAt(code, i) - 10 : valueAt(code, i)
    sum += i % 2 === 0 ? (CF_ODD[value] ?? 0) : value
  }
  return sum % 26 === code.charCodeAt(15) - 65
}

const isBsn = (code: string, wanted: number): boolean => {
  const digits = code.padStart(9, '0')
  return (
    Number(digits) > 10_000_000 &&
    ((weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11) + 11) % 11 === wanted
  )
}

const isNif = (code: string): boolean => {
  const check = 11 - (weighted(code.slice(-9), [9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return (check >= 10 ? 0 : check) === lastDigit(code)
}

function isPortugueseCard(code: string): boolean {
  let sum = 0
  for (let i = 0; i < 12; i++) {
    const value = valueAt(code, 11 - i)
    const doubled = i % 2 === 0 ? value : value * 2
    sum += i % 2 === 1 && doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

const isNhs = (code: string): boolean => {
  const check = 11 - (weighted(code, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return (check === 11 ? 0 : check) === lastDigit(code) && !/^(\d)\1+$/.test(code)
}

const isUtr = (code: string): boolean =>
  '21987654321'[weighted(code.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11] === code[0]

/** Numbers of persons in Western and Southern Europe. Rules as the issuing offices publish them. */
export const WESTERN_EUROPE: readonly IdFormat[] = [
  id('at.svnr', [10], /^[1-9]\d{9}$/, {
    check: (code) =>
      weighted(code, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(code[3]) &&
      Number(code.slice(6, 8)) <= 15,
    words: 'svnr, svnummer, sozialversicherungsnummer, sv nummer, versicherungsnummer',
  }),
  id('at.tin', [9], /^\d{9}$/, {
    check: luhn,
    weak: 'piece',
    words: 'abgabenkontonummer, steuernummer, finanzamt, st nr, stnr',
    layout: layout(String.raw`\d{2}(?: - |[ -])\d{3}[ /]?\d{4}`),
    alone: 0.4,
  }),
  id('be.nn', [11], /^\d{11}$/, {
    check: isBelgian,
    words:
      'rijksregisternummer, rijksregister, numéro national, numero national, registre national, niss, insz, nationaal nummer, nn, bis nummer',
    layout: layout(String.raw`\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}`),
    alone: 0.85,
  }),
  id('ch.ahv', [13], /^756\d{10}$/, {
    check: isEan13,
    words: 'ahv, ahv nr, ahv nummer, avs, numéro avs, navs, sozialversicherungsnummer',
    layout: layout(String.raw`756\.\d{4}\.\d{4}\.\d{2}`),
    alone: 0.9,
  }),
  id('de.idnr', [11], /^[1-9]\d{10}$/, {
    check: isSteuerId,
    weak: 'piece',
    layout: layout(String.raw`\d{2} \d{3} \d{3} \d{3}`),
    words:
      'steuer id, steuerid, steueridentifikationsnummer, steuerliche identifikationsnummer, idnr, identifikationsnummer, tin, steuer identifikationsnummer',
  }),
  id('de.stnr', [10, 11, 12, 13], /^\d{10,13}$/, {
    words: 'steuernummer, steuer nr, st nr, stnr, steuernr',
    layout: layout(String.raw`\d{2,3}/\d{3,4}/\d{4,5}`),
    alone: 0.45,
    bare: false,
  }),
  id('de.svnr', [12], /^\d{8}[A-Z]\d{3}$/, {
    check: (code) =>
      crossSum(code, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) === lastDigit(code) &&
      hasDay(code, 4, 2),
    words:
      'rentenversicherungsnummer, sozialversicherungsnummer, versicherungsnummer, rvnr, svnr, sv nummer',
    layout: layout(String.raw`\d{2} ?\d{6} ?[A-Z] ?\d{3}`),
    alone: 0.7,
  }),
  id('de.kvnr', [10], /^[A-Z]\d{9}$/, {
    check: (code) => crossSum(code, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) === lastDigit(code),
    words:
      'kvnr, krankenversichertennummer, krankenversicherung, krankenversicherten nr, versicherten nr, krankenversicherungsnummer, versichertennummer, krankenkasse, egk nummer, egk, versicherten nr',
  }),
  id('de.personalausweis', [9, 10], /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?$/, {
    check: (code) =>
      code.length === 10
        ? icaoDigit(code.slice(0, 9)) === lastDigit(code)
        : /^T\d{8}$/.test(code) || icaoDigit(code.slice(0, 8)) === lastDigit(code),
    words: 'personalausweis, ausweis, personalausweisnummer, ausweisnummer, ausweis nr, perso',
  }),
  id(
    'de.personalausweis.any',
    [9, 10],
    /^[CFGHJKLMNPRTVWXYZ](?=[A-Z0-9]{0,8}\d)[CFGHJKLMNPRTVWXYZ0-9]{8}\d?$/,
    {
      words: 'personalausweis, ausweis, personalausweisnummer, ausweisnummer, ausweis nr, perso',
    },
  ),
  id('de.bsnr', [9], /^(?:0[1-3]|17|20|38|46|5[12]|7[1-3]|8[38]|9[38]|78|35|74|99)\d{7}$/, {
    words: 'bsnr, betriebsstättennummer, lanr, arztnummer',
  }),
  id('es.dni', [8, 9], /^\d{7,8}[A-Z]$/, {
    check: isDni,
    words: 'dni, nif, d.n.i, d.n.i., n.i.f, documento nacional, documento de identidad',
    layout: layout(String.raw`\d{8}-?[A-Z]|\d{2}\.\d{3}\.\d{3}-?[A-Z]`),
    alone: 0.45,
  }),
  id('es.nie', [9], /^[XYZ]\d{7}[A-Z]$/, {
    check: isDni,
    words: 'nie, nif, n.i.e, extranjero, documento de identidad',
    layout: layout(String.raw`[XYZ]-?\d{7}-?[A-Z]`),
    alone: 0.7,
  }),
  id('es.nss', [11, 12], /^\d{11,12}$/, {
    check: (code) => {
      const province = Number(code.slice(0, 2))
      const number = Number(code.slice(2, -2))
      if (province < 1 || province > 66) return false
      const whole = number < 10_000_000 ? number + province * 10_000_000 : Number(code.slice(0, -2))
      return whole % 97 === Number(code.slice(-2))
    },
    words:
      'nass, nss, seguridad social, numero de afiliacion, número de afiliación, afiliación, num seguridad social',
  }),
  id('fr.nir', [15], /^[1-8]\d{4}(?:\d\d|2[AB])\d{8}$/, {
    check: isNir,
    words:
      'nir, sécurité sociale, securite sociale, numéro de sécurité sociale, sécu, insee, numéro de sécu, numero de securite sociale, carte vitale',
    layout: layout(
      String.raw`[1-478] \d{2} \d{2} (?:\d{2}|2[AB]) \d{3} \d{3}(?: | ?/ ?)?\d{2}|[12]\d{4}(?:\d\d|2[AB])\d{8}`,
    ),
    alone: 0.75,
  }),
  id('fr.nif', [13], /^[0-3]\d{12}$/, {
    check: (code) => Number(code.slice(0, 10)) % 511 === Number(code.slice(10)) && Number(code) > 0,
    words: 'numéro fiscal, numero fiscal, nif, spi, référence fiscale',
  }),
  id(
    'gb.nino',
    [8, 9],
    /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?$/,
    {
      words:
        'nino, national insurance, ni number, ni no, national insurance number, nat ins, insurance number',
      layout: layout(
        String.raw`(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]`,
      ),
      alone: 0.6,
      bare: true,
    },
  ),
  id('gb.nhs', [10], /^\d{10}$/, {
    check: isNhs,
    weak: 'layout',
    layout: layout(String.raw`\d{3}[ -]\d{3}[ -]\d{4}`),
    words: 'nhs, nhs number, nhs no, health service number',
  }),
  id('gb.utr', [10], /^\d{10}$/, {
    check: isUtr,
    weak: 'layout',
    layout: layout(String.raw`\d{5} \d{5}`),
    words: 'utr, unique taxpayer reference, taxpayer reference, self assessment',
  }),
  id('ie.pps', [8, 9], /^\d{7}[A-W][A-IWT]?$/, {
    check: isPps,
    words: 'pps, ppsn, pps number, pps no, personal public service',
  }),
  id(
    'it.codicefiscale',
    [16],
    /^[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]$/,
    {
      check: isCodiceFiscale,
      words: 'codice fiscale, cod fiscale, c.f, cf, cod fisc, codicefiscale',
      layout: layout('[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]'),
      alone: 0.9,
    },
  ),
  id('it.codicefiscale.any', [16], /^[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]$/, {
    words: 'codice fiscale, cod fiscale, c.f, cf, cod fisc, codicefiscale',
  }),
  id('it.cartaidentita', [9], /^(?:[A-Z]{2}\d{5}[A-Z]{2}|[A-Z]{2}\d{7}|\d{7}[A-Z]{2})$/, {
    layout: layout(String.raw`[A-Z]{2}\d{5}[A-Z]{2}`),
    weak: 'layout',
    bare: true,
    words:
      "carta d'identità, carta identità, carta di identità, cie, documento d'identità, carta d’identità",
  }),
  id('lu.matricule', [13], /^(?:18|19|20)\d{11}$/, {
    check: (code) =>
      hasDay(code, 4, 6) &&
      luhn(code.slice(0, 12)) &&
      isVerhoeff(code.slice(0, 11) + code.slice(12)),
    words: 'matricule, numéro d’identification national, matricule nationale, matricule national',
  }),
  id('nl.bsn', [8, 9], /^\d{8,9}$/, {
    check: (code) => isBsn(code, 0),
    weak: 'layout',
    layout: layout(String.raw`\d{4}\.\d{2}\.\d{3}|\d{3} \d{3} \d{3}`),
    words: 'bsn, burgerservicenummer, sofinummer, sofi nummer, burger service nummer, bsn nummer',
  }),
  id('nl.onderwijsnummer', [9], /^10\d{7}$/, {
    check: (code) => isBsn(code, 5),
    weak: 'piece',
    layout: layout(String.raw`\d{4}\.\d{2}\.\d{3}`),
    words: 'onderwijsnummer, pgn, leerlingnummer',
  }),
  id('pt.nif', [9, 11], /^(?:PT)?[1-35689]\d{8}$/, {
    check: isNif,
    weak: 'layout',
    layout: layout(String.raw`(?:PT ?)?\d{3} \d{3} \d{3}`),
    words: 'nif, contribuinte, número de contribuinte, nipc, número fiscal, numero de contribuinte',
  }),
  id('pt.cc', [12], /^\d{9}[A-Z0-9]{2}\d$/, {
    check: isPortugueseCard,
    words: 'cartão de cidadão, cartao de cidadao, cartão do cidadão, bilhete de identidade, nic',
  }),
  id('li.peid', [12], /^\d{12}$/, { words: 'peid, personenidentifikationsnummer' }),
]
