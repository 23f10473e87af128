import { hasDay, isDay, lastDigit, luhn, valueAt, weighted } from './check-digits.ts'
import { id, layout, type IdFormat } from './id-format.ts'

const isRepeated = (code: string): boolean => /^(\d)\1+$/.test(code)

/** The digit that makes a weighted sum a multiple of 11; 10 and 11 count as 0. */
const elevenOf = (sum: number): number => (sum % 11 < 2 ? 0 : 11 - (sum % 11))

const isCpf = (code: string): boolean =>
  !isRepeated(code) &&
  elevenOf(weighted(code, [10, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(code[9]) &&
  elevenOf(weighted(code, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) === Number(code[10])

const isPis = (code: string): boolean =>
  !isRepeated(code) && elevenOf(weighted(code, [3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === lastDigit(code)

const isCuit = (code: string): boolean => {
  const check = 11 - (weighted(code, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)
  return (check === 11 ? 0 : check === 10 ? 9 : check) === lastDigit(code)
}

/** Weights 2 to 7 from the right, over and over; 10 is K. */
function isRut(code: string): boolean {
  let sum = 0
  for (let i = code.length - 2, weight = 2; i >= 0; i--, weight = weight === 7 ? 2 : weight + 1) {
    sum += Number(code[i]) * weight
  }
  return '0K987654321'[sum % 11] === code.at(-1)
}

function isNit(code: string): boolean {
  let sum = 0
  for (let i = code.length - 2, weight = 2; i >= 0; i--, weight++) sum += Number(code[i]) * weight
  return '0123456789K'[(11 - (sum % 11)) % 11] === code.at(-1)
}

const COLOMBIA = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71]
/** The number without its check digit, from the right. */
const reversedBody = (code: string): string => code.slice(0, -1).split('').toReversed().join('')

const isColombian = (code: string): boolean => {
  const body = reversedBody(code)
  return '01987654321'[weighted(body, COLOMBIA.slice(0, body.length)) % 11] === code.at(-1)
}

/** A natural person's number has a third digit under 6 and Luhn's check; companies and offices weigh otherwise. */
const isEcuadorian = (code: string): boolean => {
  const province = Number(code.slice(0, 2))
  if (!((province >= 1 && province <= 24) || province === 30 || province === 50)) return false
  if (code.length === 13 && code.endsWith('000')) return false
  if (Number(code[2]) < 6) return luhn(code.slice(0, 10))
  if (code.length === 10) return false
  return code[2] === '6'
    ? weighted(code, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
    : weighted(code, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
}

const CURP = '0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ'
function isCurp(code: string): boolean {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += CURP.indexOf(code[i] ?? '0') * (18 - i)
  return hasDay(code, 6, 8) && (10 - (sum % 10)) % 10 === lastDigit(code)
}

const isSalvadoran = (code: string): boolean => {
  if (code.slice(10, 13) <= '100') {
    return (
      (weighted(code, [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10 === lastDigit(code)
    )
  }
  const sum = weighted(code, [2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
  return ((11 - (sum % 11)) % 11) % 10 === lastDigit(code)
}

const RIF = { V: 4, E: 8, J: 12, P: 16, G: 20 } as const
const isRif = (code: string): boolean => {
  const first = code[0]
  const base =
    first === 'V' || first === 'E' || first === 'J' || first === 'P' || first === 'G'
      ? RIF[first]
      : 99
  const sum = base + weighted(code, [3, 2, 7, 6, 5, 4, 3, 2], 1)
  return '00987654321'[sum % 11] === code.at(-1)
}

const isPeruvian = (code: string): boolean => {
  const sum = weighted(code, [3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return '65432110987'[sum] === code.at(-1) || 'KJIHGFEDCBA'[sum] === code.at(-1)
}

const isGuatemalan = (code: string): boolean => {
  const province = Number(code.slice(9, 11))
  const town = Number(code.slice(11))
  return (
    province >= 1 &&
    province <= 22 &&
    town >= 1 &&
    town <= 35 &&
    weighted(code, [2, 3, 4, 5, 6, 7, 8, 9]) % 11 === Number(code[8])
  )
}

const isBolivian = (code: string): boolean => valueAt(code, 0) > 0

const MBI_LETTER = '[AC-HJKMNP-RT-Y]'
const MBI_EITHER = '[AC-HJKMNP-RT-Y0-9]'

/** Numbers of persons in the Americas. Rules as the issuing offices publish them. */
export const AMERICAS: readonly IdFormat[] = [
  id('ar.cuit', [11], /^(?:2[03-7]|3[034])\d{9}$/, {
    check: isCuit,
    words: 'cuit, cuil, c.u.i.t, c.u.i.l',
    layout: layout(String.raw`2[03-7]-\d{8}-\d`),
    alone: 0.75,
  }),
  id('ar.dni', [7, 8], /^[1-9]\d{6,7}$/, { words: 'dni, documento nacional de identidad, d.n.i' }),
  id('bo.ci', [8, 9, 10, 11, 12], /^\d{7,8}(?:LP|SC|CB|OR|PO|CH|TJ|BE|PD)(?:\d[A-Z]?)?$/, {
    check: isBolivian,
    words: 'cédula de identidad, cedula de identidad, carnet de identidad, c.i, ci',
  }),
  id('br.cpf', [11], /^\d{11}$/, {
    check: isCpf,
    words: 'cpf, cadastro de pessoas físicas, cpf/mf, c.p.f',
    layout: layout(String.raw`\d{3}\.\d{3}\.\d{3}-\d{2}`),
    alone: 0.9,
  }),
  id('br.pis', [11], /^\d{11}$/, {
    check: isPis,
    words: 'pis, pasep, nis, nit, pis/pasep',
    bare: false,
  }),
  id('br.rg', [8, 9], /^\d{7,8}[0-9X]$/, {
    words: 'rg, registro geral, identidade, carteira de identidade',
  }),
  id('br.cns', [15], /^[12789]\d{14}$/, {
    check: (code) => weighted(code, [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    words: 'cns, cartão nacional de saúde, cartão sus, cartao sus',
  }),
  id('ca.sin', [9], /^[1-79]\d{8}$/, {
    check: luhn,
    weak: 'layout',
    layout: layout(String.raw`\d{3}[ -]\d{3}[ -]\d{3}`),
    words: 'sin, social insurance, social insurance number, nas, assurance sociale, sin number',
  }),
  id('cl.rut', [8, 9], /^\d{7,8}[0-9K]$/, {
    check: isRut,
    weak: 'layout',
    words: 'rut, run, rol único tributario, rol unico tributario, r.u.t',
    layout: layout(String.raw`\d{1,2}\.\d{3}\.\d{3}-[0-9K]`),
    alone: 0.8,
  }),
  id('co.nit', [9, 10], /^\d{9,10}$/, {
    check: isColombian,
    words: 'nit, número de identificación tributaria, rut',
    bare: false,
  }),
  id('co.cc', [6, 7, 8, 9, 10], /^\d{6,10}$/, {
    words: 'cédula de ciudadanía, cedula de ciudadania, cédula, cedula, c.c',
  }),
  id('cr.cedula', [9, 10, 11, 12], /^(?:[1-9]\d{8,9}|1[5-9]\d{9,10})$/, {
    check: (code) => code.length >= 11,
    bare: false,
    words: 'cédula, cedula, dimex, cédula de residencia, cédula jurídica',
  }),
  id('cu.ni', [11], /^\d{11}$/, {
    check: (code) => hasDay(code, 2, 4),
    bare: false,
    words: 'carné de identidad, carne de identidad, carnet de identidad, número de identidad',
  }),
  id('do.cedula', [11], /^\d{11}$/, {
    check: luhn,
    weak: 'layout',
    words: 'cédula, cedula, cédula de identidad, jce',
    layout: layout(String.raw`\d{3}-\d{7}-\d`),
    alone: 0.6,
  }),
  id('ec.ci', [10, 13], /^\d{10}(?:\d{3})?$/, {
    check: isEcuadorian,
    weak: 'layout',
    layout: layout(String.raw`\d{9}-\d|\d{10}-?\d{3}`),
    words: 'cédula, cedula, ruc, cédula de identidad, cédula de ciudadanía',
  }),
  id('gt.nit', [5, 6, 7, 8, 9], /^\d{4,8}[0-9K]$/, { check: isNit, words: 'nit', bare: false }),
  id('gt.nit.written', [8], /^\d{7}[0-9K]$/, {
    check: isNit,
    weak: 'layout',
    layout: layout(String.raw`\d{7}-[0-9K]`),
    words: 'nit',
  }),
  id('gt.cui', [13], /^\d{13}$/, {
    check: isGuatemalan,
    weak: 'piece',
    layout: layout(String.raw`\d{4} \d{5} \d{4}`),
    words: 'cui, dpi, código único de identificación',
  }),
  id('mx.curp', [18], /^[A-Z]{4}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z0-9]\d$/, {
    check: isCurp,
    words: 'curp, clave única de registro de población',
    layout: layout(String.raw`[A-Z]{4}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z0-9]\d`),
    alone: 0.9,
  }),
  id('mx.rfc', [12, 13], /^[A-Z&\u00d1]{3,4}\d{6}[A-Z0-9]{2}[0-9A]$/, {
    check: (code) => hasDay(code, code.length - 7, code.length - 5),
    words: 'rfc, registro federal de contribuyentes, r.f.c',
  }),
  id('mx.nss', [11], /^\d{11}$/, { check: luhn, words: 'nss, imss, seguro social', bare: false }),
  id('pe.cui', [9], /^\d{8}[0-9A-K]$/, {
    check: isPeruvian,
    weak: 'layout',
    layout: layout(String.raw`\d{8}-[0-9A-K]`),
    words: 'dni, cui, documento nacional de identidad',
  }),
  id('pe.ruc', [11], /^(?:1[05-7]|20)\d{9}$/, {
    check: (code) =>
      (11 - (weighted(code, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === lastDigit(code),
    words: 'ruc',
  }),
  id('pe.ce', [9], /^0\d{8}$/, {
    words: 'carné de extranjería, carnet de extranjeria, carné de extranjeria',
  }),
  id('py.ruc', [6, 7, 8, 9], /^\d{5,8}\d$/, {
    check: (code) => {
      const body = reversedBody(code)
      const rest = weighted(body, [2, 3, 4, 5, 6, 7, 8, 9].slice(0, body.length)) % 11
      return (rest > 1 ? 11 - rest : 0) === lastDigit(code)
    },
    words: 'ruc',
    bare: false,
  }),
  id('sv.nit', [14, 16], /^(?:SV)?[019]\d{13}$/, {
    check: (code) => isSalvadoran(code.slice(-14)),
    words: 'nit, dui, número de identificación tributaria',
    layout: layout(String.raw`\d{4}-\d{6}-\d{3}-\d`),
    alone: 0.8,
  }),
  id('uy.ci', [8], /^\d{8}$/, {
    check: (code) => weighted(code, [2, 9, 8, 7, 6, 3, 4, 1]) % 10 === 0,
    words: 'cédula, cedula, cédula de identidad, c.i',
    layout: layout(String.raw`\d\.\d{3}\.\d{3}-\d`),
    alone: 0.7,
    bare: false,
  }),
  id('ve.rif', [10], /^[VEJPG]\d{9}$/, {
    check: isRif,
    words: 'rif, registro de información fiscal',
  }),
  id('ve.ci', [7, 8, 9], /^[VE]\d{6,8}$/, { words: 'cédula, cedula, cédula de identidad, c.i' }),
  id('us.itin', [9], /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/, {
    check: (code) => isDay(1, 1) && code.length === 9,
    weak: 'piece',
    words: 'itin, individual taxpayer, taxpayer identification, tax id, tin',
    layout: layout(
      String.raw`9\d\d-(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])-?\d{4}|9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])-\d{4}`,
    ),
    alone: 0.7,
  }),
  id(
    'us.ein',
    [9],
    /^(?:0[1-6]|1[0-6]|2[0-7]|3\d|4[0-8]|5\d|6[0-8]|7[1-7]|8[0-8]|9[0-589])\d{7}$/,
    {
      words: 'ein, employer identification, employer id, fein, federal tax id',
    },
  ),
  id(
    'us.mbi',
    [11],
    new RegExp(
      `^[1-9]${MBI_LETTER}${MBI_EITHER}\\d${MBI_LETTER}${MBI_EITHER}\\d${MBI_LETTER}{2}\\d{2}$`,
    ),
    {
      check: (code) => code.length === 11,
      words: 'mbi, medicare, medicare id, medicare number, medicare beneficiary',
      layout: layout(
        `[1-9]${MBI_LETTER}${MBI_EITHER}\\d-${MBI_LETTER}${MBI_EITHER}\\d-${MBI_LETTER}{2}\\d{2}`,
      ),
      alone: 0.7,
    },
  ),
  id('us.npi', [10], /^[12]\d{9}$/, {
    check: (code) => luhn(`80840${code}`) && !isRepeated(code.slice(0, -1)),
    weak: 'piece',
    layout: layout(String.raw`\d{4}[ -]\d{3}[ -]\d{3}`),
    words: 'npi, national provider, provider identifier, provider id',
  }),
  id('us.dea', [9], /^[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}$/, {
    check: (code) => weighted(code, [1, 2, 1, 2, 1, 2], 2) % 10 === lastDigit(code),
    words: 'dea, dea number, dea no, dea registration',
    bare: false,
  }),
]
