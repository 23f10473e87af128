import type { IdFormat } from '../validators/id-format.ts'
import { ID_FORMATS } from '../validators/id-formats.ts'

const listed = (text: string): readonly string[] => text.split(',').map((word) => word.trim())

/** Names of identity numbers that say nothing of the country. */
const ANY = listed(`
  national id, national identity, national identity number, national identification, national identification number,
  identity number, identity card, id card, id card number, identity document, identification number, id number,
  citizen id, citizen number, government id, personal id, personal id number, personal identification number,
  personal number, tax number, tax id, tax id number, tax identification, taxpayer id, nationalid, nationalidnumber,
  idnumber, identitynumber, taxid, ausweisnummer, personenkennziffer, identifikationsnummer, steuernummer,
  carte d'identité, carte d’identité, carte nationale d'identité, numéro d'identité, numéro d’identité, cni,
  documento de identidad, documento de identidade, documento d'identità, número de identificación,
  numero de identificacion, número de identidad, número de identidade, bilhete de identidade, identiteitsbewijs,
  identiteitskaart, identiteitsnummer, dowód tożsamości, numer identyfikacyjny, id kort, identitetskort,
  legitimation, henkilökortti, občanský průkaz, občiansky preukaz, személyi igazolvány, carte de identitate,
  удостоверение личности, kimlik, kimlik numarası`)
const FAR_ANY =
  /\u8eab\u4efd|\u8eab\u5206|\u8bc1\u4ef6\u53f7|\u8b49\u865f|\u756a\u53f7|\u0647\u0648\u064a\u0629|\u0627\u0644\u0631\u0642\u0645 \u0627\u0644\u0642\u0648\u0645\u064a|\u0631\u0642\u0645 \u0627\u0644\u0647\u0648\u064a\u0629|\u05d6\u05d4\u05d5\u05ea|\uc8fc\ubbfc/

/** Other things are numbered, too. */
const OTHER = listed(`
  order, order number, invoice, invoice number, ticket, tracking, tracking number, isbn, issn, ean, upc, sku, part,
  part number, model, version, commit, patent, case number, reference number, parcel, shipment, build, revision,
  phone, telephone, mobile, fax, tel, bestellnummer, rechnung, rechnungsnummer, commande, facture, pedido,
  factura, ordine, fattura, bestelling, factuur, zamówienie, faktura, timestamp, error code, line, port, hash`)

/** Formats that share their words share a context. */
export function contextOf({ words }: IdFormat): string {
  const key = words.join()
  const known = numbers.get(key) ?? numbers.size
  numbers.set(key, known)
  return `id:${known}`
}
const numbers = new Map<string, number>()

const contexts = new Map<string, readonly string[]>()
for (const format of ID_FORMATS) contexts.set(contextOf(format), format.words.flatMap(inCases))

/** The lexicon folds ASCII only: other words are looked for as they stand in prose, in titles and in capitals. Phrases, also in one piece. */
function inCases(word: string): readonly string[] {
  // `postalCode` and `postalcode` in keys.
  if (/^[\x20-\x7e]*$/.test(word))
    return word.includes(' ') ? [word, word.replaceAll(' ', '')] : [word]
  return [...new Set([word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()])]
}

const any = ANY.flatMap(inCases)

/** Words in front of numbers; `figure` is where the scan stops for short ones and for codes. */
export const IDENTITY_CONTEXTS: Readonly<Record<string, readonly string[]>> = {
  figure: [...new Set([...any, ...[...contexts.values()].flat()])],
  'figure.any': any,
  'figure.other': OTHER,
  ...Object.fromEntries(contexts),
}

export { FAR_ANY }
