import {
  hasDay,
  isDay,
  isMod11And2,
  isVerhoeff,
  lastDigit,
  luhn,
  valueAt,
  weighted,
} from './check-digits.ts'
import { id, layout, type IdFormat } from './id-format.ts'

const KOREAN = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]
const isKorean = (code: string): boolean =>
  hasDay(code, 2, 4) && (11 - (weighted(code, KOREAN) % 11)) % 10 === lastDigit(code)
const isForeignKorean = (code: string): boolean =>
  hasDay(code, 2, 4) && (13 - (weighted(code, KOREAN) % 11)) % 10 === lastDigit(code)

const isMyNumber = (code: string): boolean => {
  const rest = weighted(code, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return (rest <= 1 ? 0 : 11 - rest) === lastDigit(code)
}

/** A missing second letter counts as 36. */
function isHkid(code: string): boolean {
  const padded = code.length === 8 ? ` ${code}` : code
  let sum = 0
  for (let i = 0; i < 9; i++) sum += (padded[i] === ' ' ? 36 : valueAt(padded, i)) * (9 - i)
  return sum % 11 === 0
}

const NRIC = {
  S: 'JZIHGFEDCBA',
  T: 'GFEDCBAJZIH',
  F: 'XWUTRQPNMLK',
  G: 'RQPNMLKXWUT',
  M: 'XWUTRQPNJLK',
} as const
const isNric = (code: string): boolean => {
  const first = code[0]
  if (first !== 'S' && first !== 'T' && first !== 'F' && first !== 'G' && first !== 'M')
    return false
  const sum = weighted(code, [2, 7, 6, 5, 4, 3, 2], 1) + (first === 'M' ? 3 : 0)
  const letters = first === 'T' ? NRIC.S : first === 'G' ? NRIC.F : NRIC[first]
  const shift = first === 'T' || first === 'G' ? 4 : 0
  return letters[(sum + shift) % 11] === code[8]
}

/** What the letter of the county is worth, as two digits (Ministry of the Interior, Taiwan). */
const TAIWAN: Readonly<Record<string, number>> = {
  A: 10,
  B: 11,
  C: 12,
  D: 13,
  E: 14,
  F: 15,
  G: 16,
  H: 17,
  I: 34,
  J: 18,
  K: 19,
  L: 20,
  M: 21,
  N: 22,
  O: 35,
  P: 23,
  Q: 24,
  R: 25,
  S: 26,
  T: 27,
  U: 28,
  V: 29,
  W: 32,
  X: 30,
  Y: 31,
  Z: 33,
}
const isTaiwanese = (code: string): boolean => {
  const first = TAIWAN[code[0] ?? ''] ?? 0
  const second = /\d/.test(code[1] ?? '') ? Number(code[1]) : (TAIWAN[code[1] ?? ''] ?? 0) % 10
  const sum =
    Math.floor(first / 10) +
    (first % 10) * 9 +
    second * 8 +
    weighted(code, [7, 6, 5, 4, 3, 2, 1, 1], 2)
  return sum % 10 === 0
}

const isThai = (code: string): boolean =>
  (11 - (weighted(code, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === lastDigit(code)

const isKazakh = (code: string): boolean => {
  const first = weighted(code, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11
  const check = first < 10 ? first : weighted(code, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11
  return hasDay(code, 2, 4) && check === lastDigit(code)
}

const isIranian = (code: string): boolean => {
  const rest = weighted(code, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11
  return (rest < 2 ? rest : 11 - rest) === lastDigit(code)
}

/** Numbers of persons in Asia. Rules as the issuing offices publish them. */
export const ASIA: readonly IdFormat[] = [
  id('ae.eid', [15], /^784\d{12}$/, {
    check: luhn,
    words: 'emirates id, eid number',
    far: /\u0647\u0648\u064a\u0629/,
    layout: layout(String.raw`784-\d{4}-\d{7}-\d`),
    alone: 0.9,
  }),
  id('az.tin', [10], /^\d{9}[12]$/, { words: 'vöen, voen, fin kod' }),
  id('bd.nid', [10, 13, 17], /^\d{10}(?:\d{3}|\d{7})?$/, {
    words: 'nid, national id card, voter id',
    far: /\u099c\u09be\u09a4\u09c0\u09df/,
  }),
  id('cn.ric', [18], /^[1-9]\d{5}(?:18|19|20)\d{9}[0-9X]$/, {
    check: (code) => hasDay(code, 10, 12) && isMod11And2(code),
    words: 'resident identity, chinese id, shenfenzheng, id card number',
    far: /\u8eab\u4efd\u8b49|\u8eab\u4efd\u8bc1|\u8bc1\u4ef6|\u516c\u6c11/,
    layout: layout(String.raw`[1-9]\d{5}(?:18|19|20)\d{9}[0-9X]`),
    alone: 0.85,
  }),
  id('hk.hkid', [8, 9], /^[A-Z]{1,2}\d{6}[0-9A]$/, {
    check: isHkid,
    words: 'hkid, hong kong identity, hk id',
    far: /\u8eab\u4efd\u8b49|\u8eab\u4efd\u8bc1/,
    layout: layout(String.raw`[A-Z]{1,2}\d{6}\([0-9A]\)`),
    alone: 0.8,
  }),
  id('id.nik', [16], /^[1-9]\d{15}$/, {
    check: (code) =>
      isDay(Number(code.slice(8, 10)), Number(code.slice(6, 8)) % 40) &&
      Number(code.slice(0, 2)) >= 11,
    words: 'nik, nomor induk kependudukan, ktp, no ktp, nomor ktp',
    bare: false,
  }),
  id('il.id', [9], /^\d{9}$/, {
    check: luhn,
    words: 'teudat zehut, israeli id, mispar zehut',
    far: /\u05ea\u05e2\u05d5\u05d3\u05ea \u05d6\u05d4\u05d5\u05ea|\u05ea\.?\u05d6/,
    bare: false,
  }),
  id('in.aadhaar', [12], /^[2-9]\d{11}$/, {
    check: isVerhoeff,
    weak: 'piece',
    words: 'aadhaar, aadhar, uidai, adhaar, aadhaar number, uid',
    far: /\u0906\u0927\u093e\u0930/,
    layout: layout(String.raw`[2-9]\d{3}([ :-])\d{4}\1\d{4}(?![ -]\d)`),
    alone: 0.5,
  }),
  id('in.pan', [10], /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/, {
    words: 'pan, pan card, pan number, permanent account number, pan no',
    layout: layout(String.raw`[A-Z]{3}P[A-Z]\d{4}[A-Z]`),
    alone: 0.55,
    bare: true,
  }),
  id('in.epic', [10], /^[A-Z]{3}\d{7}$/, {
    words: 'epic, voter, voter id, vote, elector, voters',
    bare: true,
  }),
  id('ir.nid', [10], /^\d{10}$/, {
    check: isIranian,
    words: 'kode melli, code melli',
    far: /\u06a9\u062f \u0645\u0644\u06cc|\u0634\u0645\u0627\u0631\u0647 \u0645\u0644\u06cc/,
    bare: false,
  }),
  id('jp.mynumber', [12], /^\d{12}$/, {
    check: isMyNumber,
    words: 'my number, mynumber, individual number',
    far: /\u30de\u30a4\u30ca\u30f3\u30d0\u30fc|\u500b\u4eba\u756a\u53f7/,
    bare: false,
  }),
  id('kr.rrn', [13], /^\d{6}[1-4]\d{6}$/, {
    check: isKorean,
    words: 'rrn, resident registration, korean id',
    far: /\uc8fc\ubbfc/,
    layout: layout(String.raw`\d{6}-[1-4]\d{6}`),
    alone: 0.8,
    bare: true,
  }),
  id('kr.rrn.any', [13], /^\d{6}[1-4]\d{6}$/, {
    check: (code) => hasDay(code, 2, 4),
    words: 'rrn, resident registration, korean id',
    far: /\uc8fc\ubbfc/,
    bare: false,
  }),
  id('kr.frn', [13], /^\d{6}[5-8]\d{6}$/, {
    check: isForeignKorean,
    words: 'frn, foreigner registration, alien registration, korean frn',
    far: /\uc678\uad6d\uc778/,
  }),
  id('kr.frn.any', [13], /^\d{6}[5-8]\d{6}$/, {
    check: (code) => hasDay(code, 2, 4),
    words: 'frn, foreigner registration, alien registration, korean frn',
    far: /\uc678\uad6d\uc778/,
    bare: true,
    weak: 'layout',
    layout: layout(String.raw`\d{6}-[5-8]\d{6}`),
  }),
  id('kz.iin', [12], /^\d{12}$/, { check: isKazakh, words: 'иин, iin, жсн' }),
  id('lk.nic', [10, 12], /^(?:\d{9}[VX]|(?:19|20)\d{10})$/, {
    words: 'nic, nic number, sri lankan id',
  }),
  id('my.nric', [12], /^\d{12}$/, {
    check: (code) =>
      hasDay(code, 2, 4) &&
      !/^(?:00|17|18|19|20|69|70|73|80|81|94|95|96|97)/.test(code.slice(6, 8)),
    bare: false,
    words: 'nric, mykad, ic number, kad pengenalan, no kp, ic no, no ic',
    layout: layout(String.raw`\d{6}-\d{2}-\d{4}`),
    alone: 0.65,
  }),
  id('ph.id', [10, 12, 16], /^\d{10}(?:\d\d|\d{6})?$/, {
    words: 'philsys, psn, philhealth, sss number, umid, pagibig',
  }),
  id('pk.cnic', [13], /^[1-7]\d{11}[1-9]$/, {
    words: 'cnic, nadra, nic, shanakhti',
    layout: layout(String.raw`[1-7]\d{4}-\d{7}-[1-9]`),
    alone: 0.7,
  }),
  id('qa.qid', [11], /^[23]\d{10}$/, { words: 'qid, qatar id' }),
  id('sa.nid', [10], /^[12]\d{9}$/, {
    check: luhn,
    words: 'iqama, saudi id',
    far: /\u0627\u0644\u0647\u0648\u064a\u0629|\u0627\u0644\u0625\u0642\u0627\u0645\u0629|\u0625\u0642\u0627\u0645\u0629/,
    bare: false,
  }),
  id('sg.nric', [9], /^[STFGM]\d{7}[A-Z]$/, {
    check: isNric,
    words: 'nric, fin, nric number, singapore id',
    layout: layout(String.raw`[STFGM]\d{7}[A-Z]`),
    alone: 0.65,
  }),
  id('th.id', [13], /^[0-8]\d{12}$/, {
    check: isThai,
    weak: 'piece',
    words: 'thai id, citizen id, thai national id, tin',
    far: /\u0e1a\u0e31\u0e15\u0e23|\u0e1b\u0e23\u0e30\u0e08\u0e33\u0e15\u0e31\u0e27/,
    layout: layout(
      String.raw`\d[ -]\d{4}[ -]\d{5}[ -]\d{2}[ -]\d|\d[ -]\d{2}[ -]\d[ -]\d{3}[ -]\d{5}[ -]\d`,
    ),
    alone: 0.85,
  }),
  id('tw.natid', [10], /^[A-Z][A-D1289]\d{8}$/, {
    check: isTaiwanese,
    weak: 'piece',
    words: 'taiwan id, arc number, taiwanese id',
    far: /\u8eab\u5206\u8b49|\u8eab\u4efd\u8b49|\u7d71\u4e00\u8b49\u865f|\u5c45\u7559\u8b49/,
    layout: layout(String.raw`[A-Z][1289]\d{8}`),
    alone: 0.4,
  }),
  id('vn.cccd', [9, 12], /^(?:0\d{11}|\d{9})$/, { words: 'cccd, căn cước, cmnd, chứng minh' }),
]
