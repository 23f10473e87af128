import { lastDigit, remainder, valueAt, weighted } from './check-digits.ts'
import { id, layout, type IdFormat } from './id-format.ts'

const account = (
  name: string,
  lengths: readonly number[],
  pattern: RegExp,
  options: Omit<Parameters<typeof id>[3], 'rule'>,
): IdFormat => id(name, lengths, pattern, { rule: 'bank-account', ...options })

/** American Bankers Association: weights 3, 7, 1; first digits that the Federal Reserve gives out. */
const isAba = (code: string): boolean =>
  /^(?:0[0-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(code) &&
  Number(code) > 0 &&
  weighted(code, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0

/** Weights 3, 7, 1, of each product the last digit (Banco de México). */
function isClabe(code: string): boolean {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += (Number(code[i]) * ([3, 7, 1][i % 3] ?? 0)) % 10
  return (10 - (sum % 10)) % 10 === lastDigit(code)
}

/** Letters count as their place in the French key's table: A and J are 1, B, K and S 2, and so on. */
const isRib = (code: string): boolean => {
  const digits = code.replaceAll(/[A-Z]/g, (letter) => {
    const value = valueAt(letter, 0) - 9
    return String(value > 18 ? value - 17 : value > 9 ? value - 9 : value)
  })
  return (
    97 -
      ((89 * remainder(digits.slice(0, 5), 97) +
        15 * remainder(digits.slice(5, 10), 97) +
        3 * remainder(digits.slice(10, 21), 97)) %
        97) ===
    Number(digits.slice(21))
  )
}

const spanishDigit = (sum: number): number => {
  const check = 11 - (sum % 11)
  return check === 11 ? 0 : check === 10 ? 1 : check
}
const isCcc = (code: string): boolean =>
  spanishDigit(weighted(code, [4, 8, 5, 10, 9, 7, 3, 6])) === Number(code[8]) &&
  spanishDigit(weighted(code, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6], 10)) === Number(code[9])

const isNib = (code: string): boolean =>
  98 - remainder(`${code.slice(0, 19)}00`, 97) === Number(code.slice(19))

const isNrb = (code: string): boolean =>
  remainder(`${code.slice(2)}2521${code.slice(0, 2)}`, 97) === 1

const ACCOUNT =
  'bank account, account number, account no, acct, acct no, acct number, a/c, a/c no, accountnumber, bankaccount, checking account, savings account, ' +
  'bank account number, account nr, kontonummer, konto, konto nr, kontonr, numéro de compte, numero de compte, ' +
  'número de cuenta, numero de cuenta, cuenta bancaria, cuenta, numero di conto, conto corrente, c/c, rekeningnummer, ' +
  'bankrekening, conta corrente, número da conta, conta bancária, numer konta, numer rachunku, nr konta, bankkonto, kontonummer'
const FAR_ACCOUNT =
  /\u53e3\u5ea7|\u8d26\u53f7|\u5e33\u865f|\u5e10\u53f7|\u94f6\u884c\u5361|\u0631\u0642\u0645 \u0627\u0644\u062d\u0633\u0627\u0628|\uacc4\uc88c/

/** Numbers of accounts and banks that are no IBANs. */
export const BANK_ACCOUNTS: readonly IdFormat[] = [
  account('us.routing', [9], /^\d{9}$/, {
    check: isAba,
    words:
      'routing, routing number, aba, aba number, rtn, routing no, routing transit, routingnumber, ach',
    layout: layout(String.raw`\d{4}-\d{4}-\d`),
    alone: 0.5,
  }),
  account('gb.sortcode', [6, 14], /^\d{6}(?:\d{8})?$/, {
    words: 'sort code, sortcode, s/c, sort codes',
    layout: layout(String.raw`\d{2}-\d{2}-\d{2} \d{8}`),
    alone: 0.7,
  }),
  account('au.bsb', [6, 12, 13, 14, 15], /^\d{6}(?:\d{6,9})?$/, {
    words: 'bsb, bsb number, bsb code',
  }),
  account('mx.clabe', [18], /^\d{18}$/, { check: isClabe, words: 'clabe, clabe interbancaria' }),
  account('in.ifsc', [11], /^[A-Z]{4}0[A-Z0-9]{6}$/, { words: 'ifsc, ifsc code, ifs code' }),
  account('fr.rib', [23], /^\d{10}[A-Z0-9]{11}\d\d$/, {
    check: isRib,
    words: 'rib, relevé d’identité bancaire, compte',
  }),
  account('es.ccc', [20], /^\d{20}$/, {
    check: isCcc,
    words: 'ccc, cuenta, número de cuenta, numero de cuenta, código cuenta cliente',
  }),
  account('pt.nib', [21], /^\d{21}$/, { check: isNib, words: 'nib' }),
  account('pl.nrb', [26], /^\d{26}$/, {
    check: isNrb,
    words: 'nrb, numer konta, konto, rachunek, rachunku, numer rachunku',
  }),
  account('se.bankgiro', [7, 8], /^\d{7,8}$/, {
    words: 'bankgiro, bg nr, plusgiro, bankgironummer, postgiro',
  }),
  account('no.konto', [11], /^\d{11}$/, {
    check: (code) =>
      (11 - (weighted(code, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === lastDigit(code),
    words: 'kontonummer, kontonr, konto',
    bare: false,
  }),
  account('nl.rekening', [9, 10], /^\d{9,10}$/, {
    words: 'rekeningnummer, bankrekening, girorekening',
  }),
  account('de.blz', [8], /^[1-8]\d{7}$/, { words: 'blz, bankleitzahl' }),
  account('xx.bic', [8, 11], /^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/, {
    words: 'bic, swift, swift code, bic code, bic swift, swift bic',
  }),
  account('jp.account', [7, 10, 14], /^\d{7}(?:\d{3}|\d{7})?$/, {
    words: 'futsu, koza',
    far: /\u53e3\u5ea7|\u666e\u901a/,
  }),
  account('xx.account', [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], /^\d{5,20}$/, {
    words: ACCOUNT,
    far: FAR_ACCOUNT,
  }),
]
