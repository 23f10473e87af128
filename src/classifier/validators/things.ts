import { luhn, valueAt } from './check-digits.ts'
import { id, layout, type IdFormat } from './id-format.ts'

/** What letters are worth in a vehicle's number (49 CFR 565.15): 1–9 over and over, without I, O and Q. */
const VIN_VALUES = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ'
const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
function isVin(code: string): boolean {
  let sum = 0
  for (const [i, weight] of VIN_WEIGHTS.entries()) {
    sum += (VIN_VALUES.indexOf(code[i] ?? '') % 10) * weight
  }
  return '0123456789X'[sum % 11] === code[8]
}

const VIN =
  'vin, vehicle identification, vin number, chassis, chassis number, vehicle id, fahrgestellnummer, fin, numéro de châssis, número de bastidor, bastidor, telaio, chassisnummer, fahrzeugidentifikationsnummer, numer vin'
const PLATE =
  'license plate, licence plate, number plate, plate number, registration plate, car registration, car reg, vehicle registration, reg number, reg no, vrm, tag number, vehicle reg, ' +
  'kennzeichen, kfz kennzeichen, nummernschild, plaque d’immatriculation, immatriculation, matrícula, matricula, placa, ' +
  'targa, kenteken, kentekenplaat, numer rejestracyjny, rejestracja, registreringsnummer, regnr, nummerplade, rekisterinumero, госномер'
/** Enough where the shape of a plate is strict. */
const PLAIN = 'plate, plates, vehicle, vehicles'
const FAR_PLATE =
  /\u8f66\u724c|\u8eca\u724c|\u30ca\u30f3\u30d0\u30fc\u30d7\u30ec\u30fc\u30c8|\u0644\u0648\u062d\u0629/

const plate = (
  name: string,
  lengths: readonly number[],
  pattern: RegExp,
  bare: boolean,
  words = PLATE,
): IdFormat => id(name, lengths, pattern, { rule: 'vehicle', words, far: FAR_PLATE, bare })

/** The year is 02 to 29 in spring and 51 to 79 in autumn (DVLA, INF104). */
const BRITISH_PLATE =
  /^(?:[A-HJ-PR-Y][A-HJ-PR-Y](?:0[1-9]|1\d|2[0-9]|5[1-9]|6\d|7\d)[A-HJ-PR-Z]{3}|[A-HJ-NP-RSTV-Y]\d{1,3}[A-HJ-PR-Y]{3}|[A-HJ-PR-Y]{3}\d{1,3}[A-HJ-NPRSTV-Y])$/

const postcode = (
  name: string,
  lengths: readonly number[],
  pattern: RegExp,
  words: string,
  far?: RegExp,
): IdFormat =>
  id(name, lengths, pattern, { rule: 'address', words, ...(far === undefined ? {} : { far }) })

/** Vehicles, devices, and postcodes by their names. */
export const THINGS: readonly IdFormat[] = [
  id('xx.vin', [17], /^(?=[A-Z0-9]{0,16}[A-Z])(?=[A-Z0-9]{0,16}\d)[A-HJ-NPR-Z0-9]{17}$/, {
    rule: 'vehicle',
    check: isVin,
    words: VIN,
    layout: layout(
      '(?=[A-Z0-9]{0,16}[A-Z]{3})[1-59JKLSVWYZ][A-HJ-NPR-Z0-9]{11}[A-HJ-NPR-Z0-9]\\d{4}',
    ),
    alone: 0.45,
  }),
  id('xx.vin.any', [17], /^(?=[A-Z0-9]{0,16}[A-Z])(?=[A-Z0-9]{0,16}\d)[A-HJ-NPR-Z0-9]{17}$/, {
    rule: 'vehicle',
    words: VIN,
  }),
  plate('gb.plate', [4, 5, 6, 7], BRITISH_PLATE, true, `${PLATE}, ${PLAIN}`),
  plate('ng.plate', [8], /^[A-Z]{3}\d{3}[A-Z]{2}$/, true, `${PLATE}, ${PLAIN}`),
  plate('in.plate', [8, 9, 10, 11], /^[A-Z]{2}\d{1,2}[A-Z]{1,3}\d{4}$/, true),
  plate('fr.plate', [7], /^[A-HJ-NP-TV-Z]{2}\d{3}[A-HJ-NP-TV-Z]{2}$/, false),
  plate('es.plate', [7], /^\d{4}[B-DF-HJ-NP-TV-Z]{3}$/, false),
  plate('de.plate', [3, 4, 5, 6, 7, 8, 9], /^[A-Z\u00c4\u00d6\u00dc]{2,5}\d{1,4}[EH]?$/, false),
  plate('xx.plate', [5, 6, 7, 8], /^(?=[A-Z]{0,7}\d)(?=\d{0,7}[A-Z])[A-Z0-9]{5,8}$/, false),
  id('xx.imei', [15, 16], /^\d{15,16}$/, {
    rule: 'device',
    check: (code) => code.length === 16 || luhn(code),
    words: 'imei, imei number, imeisv, imei1, imei2',
    layout: layout(String.raw`\d{2}-\d{6}-\d{6}-\d`),
    alone: 0.8,
    bare: false,
  }),
  id('xx.iccid', [19, 20], /^89\d{17,18}$/, {
    rule: 'device',
    check: (code) => valueAt(code, 0) === 8,
    words: 'iccid, sim, sim card, sim number',
    bare: false,
  }),
  id('xx.imsi', [14, 15], /^[2-7]\d{13,14}$/, { rule: 'device', words: 'imsi' }),
  id('xx.advertising', [32], /^[0-9A-F]{32}$/, {
    rule: 'device',
    words:
      'idfa, gaid, aaid, advertising id, idfv, advertisingid, device id, deviceid, udid, device uuid, device identifier, identifierforvendor',
  }),
  id('xx.android', [16], /^[0-9A-F]{16}$/, {
    rule: 'device',
    words: 'android id, android_id, androidid, ssaid, device id, deviceid',
  }),
  id('xx.udid', [24, 40], /^(?:[0-9A-F]{24}|[0-9A-F]{40})$/, {
    rule: 'device',
    words: 'udid, device id, deviceid',
  }),
  id(
    'xx.serial',
    [8, 9, 10, 11, 12, 13, 14, 15, 16],
    /^(?=[A-Z]{0,15}\d)(?=\d{0,15}[A-Z])[A-Z0-9]{8,16}$/,
    {
      rule: 'device',
      words: 'device serial, serial number, phone serial, laptop serial, imei or serial',
    },
  ),
  id('ph.mobile', [10, 11, 12], /^(?:63|0)?9\d{9}$/, {
    rule: 'phone',
    words: 'cellphone number, mobile no',
    bare: true,
  }),
  id('tr.phone', [10, 11, 12], /^(?:90|0)?[2-5]\d{9}$/, {
    rule: 'phone',
    words: 'cep telefonu, telefon numarası, gsm',
    bare: true,
  }),
  postcode('us.zip', [5, 9], /^\d{5}(?:\d{4})?$/, 'zip code, zip, zipcode, postal code, zip codes'),
  postcode(
    'gb.postcode',
    [5, 6, 7],
    /^[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}$/,
    'postcode, post code, postal code',
  ),
  postcode('ca.postcode', [6], /^[A-Z]\d[A-Z]\d[A-Z]\d$/, 'postal code, code postal, postcode'),
  postcode('nl.postcode', [6], /^[1-9]\d{3}[A-Z]{2}$/, 'postcode'),
  postcode(
    'xx.postcode',
    [4, 5, 6, 7, 8],
    /^\d{4,8}$/,
    'postal code, postcode, plz, postleitzahl, code postal, código postal, codigo postal, cep, kod pocztowy, postnummer, postinumero, irányítószám, psč',
    /\u90f5\u4fbf|\u3012|\u90ae\u7f16|\u0627\u0644\u0631\u0645\u0632 \u0627\u0644\u0628\u0631\u064a\u062f\u064a/,
  ),
]
