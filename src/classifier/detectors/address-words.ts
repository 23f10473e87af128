/** Words and shapes of postal addresses. Street types are those in common use in each country's gazetteers. */

export const NAME = "[A-Z\\u00c0-\\u00de][\\w\\u00df-\\u024f'’.-]{0,24}"
const UNIT = '(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|#|No)\\.? ?#?\\w{1,6}'

const TYPES =
  'rue|avenue|av\\.|boulevard|bd\\.?|blvd|place|chemin|allée|allées|impasse|quai|cours|route|square|passage|sentier|faubourg|montée|rond-point|villa|cité|lotissement|' +
  'calle|c/|avenida|avinguda|avda\\.?|avd\\.|ctra\\.?|crta\\.?|r\u00faa|glorieta|urbanizaci\u00f3n|urb\\.|pol\u00edgono|pza\\.?|pz\\.?|plaza|paseo|carrer|camino|carretera|ronda|travesía|' +
  'via|viale|piazza|piazzale|corso|vicolo|largo|strada|contrada|lungomare|' +
  'rua|r\\.|travessa|praça|alameda|estrada|rodovia|' +
  'ulica|ul\\.|al\\.|aleja|plac|pl\\.|os\\.'

/** In small letters, and with a capital. */
function cased(types: readonly string[]): string {
  const both = types.flatMap((type) => [type, type.charAt(0).toUpperCase() + type.slice(1)])
  return `(?:${both.join('|')})`
}
const FIRST = cased(TYPES.split('|'))
/** The same as words, in small letters and without dots: a quick no before FRENCH. */
export const FIRST_WORDS = new Set(TYPES.split('|').map((type) => type.replace(/\\\.\??$/, '')))

/** In France and England these stand behind the number; `Fifth Avenue School, 600` names a school. */
const BEHIND = new Set(
  'avenue boulevard bd blvd place square route passage villa cours cit\u00e9'.split(' '),
)
const BEFORE = cased(TYPES.split('|').filter((type) => !BEHIND.has(type.replace('\\.?', ''))))

/** `12 bis, rue de la Paix`: number first, then the type. */
export const FRENCH = new RegExp(
  `\\d{1,4}(?: ?(?:bis|ter|quater|[a-dA-D]))?,? ${FIRST} (?:(?:de|du|des|la|le|les|l['’]|d['’]|del|della|do|da|dos|el|los|las|y|et|e|St|Saint|Sainte|\\d{1,2}) ?){0,4}(?:${NAME})`,
  'y',
)

/** What stands before the number: `Calle de Alcalá `, `Via Roma, `, `ul. Marszałkowska `. */
export const TYPE_FIRST = new RegExp(
  `(?:^|[\\s,:("])(${BEFORE}(?:(?<=/)| )[\\w\\u00c0-\\u024f'’./-]{1,24}(?: [\\w\\u00c0-\\u024f'’./-]{1,24}){0,4},? ?(?:n[.\\u00ba\\u00b0]{0,2} ?|num\\.? ?|número )?)$`,
)

const STATES =
  'A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]'
/** `Springfield, IL ` before five digits. */
export const TOWN_AND_STATE = new RegExp(`(?:${NAME} ){0,2}${NAME},? (?:${STATES})\\.?,? $`)

/** No label of what comes next: `Madrid Teléfono: …`. */
const TOWN =
  "(?!(?:Tel|Tfno|Tlf|Tél|Fax|Phone|Mobile|Mob|Cell|E-?mail|Correo|Email)[\\w\\u00df-\\u024f]{0,8}\\b)(?:[A-Z\\u00c0-\\u00de][a-z\\u00df-\\u024f'’.-]{1,24}|[A-Z\\u00c0-\\u00de]{4,24})(?![\\w\\u00df-\\u024f])(?! ?[:=])"
const TOWNS = `${TOWN}(?: ${TOWN}){0,2}`
const BRITISH_CODE = '[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}'

/** What may follow the street: flat, town, state or region, postcode. */
export const TAIL = new RegExp(
  [
    `(?:\\.?,?\\s{1,5}${UNIT})?`,
    '(?:',
    [
      `,?\\s{1,5}\\d{4,5}(?: [A-Z]{2})? ${TOWNS}`,
      `(?:,\\s{0,5}|\\s{1,5})${TOWNS},? (?:${STATES})\\.?,? \\d{5}(?:-\\d{4})?`,
      `,\\s{0,5}${TOWNS}(?:,? ${BRITISH_CODE}|,? \\d{4,6})?`,
      `,?\\s{1,5}${BRITISH_CODE}`,
    ].join('|'),
    ')?',
  ].join(''),
  'y',
)

/** Behind a word that promises an address: number and name in any language. */
export const ANY_STREET = new RegExp(
  `\\d{1,5}[A-Za-z]?(?:[-/]\\d{1,4})?,? (?:[A-Z\\u00c0-\\u00de\\u0370-\\u03ff\\u0400-\\u042f][^\\s,;:!?"]{0,24}|[a-z\\u00df-\\u00ff]{1,3}(?= [A-Z])|[a-z]{4,20}(?= \\d))(?: [^\\s,;:!?"]{1,24}){0,3}`,
  'y',
)

/** Behind a word for a flat or a box, its number. */
export const UNIT_NUMBER =
  /\.? {0,2}(?:no\.? ?|n\u00ba ?|#|:)? ?([A-Z]?-?\d{1,6}[A-Z]?)(?![\w%-])/iy

export const UNITS = [
  'apt',
  'apartment',
  'suite',
  'flat',
  'appt',
  'appartement',
  'wohnung',
  'piso',
  'ste',
]
export const BOXES = [
  'po box',
  'p.o. box',
  'p o box',
  'pobox',
  'post office box',
  'postfach',
  'apartado',
  'apartado de correos',
  'bo\u00eete postale',
  'casella postale',
  'caixa postal',
  'postbus',
  'skrytka pocztowa',
  'postboks',
  'box postal',
]

/** Words that promise an address. */
export const PROMISES = [
  'address',
  'street address',
  'billing address',
  'shipping address',
  'mailing address',
  'home address',
  'addr',
  'address is',
  'residence',
  'lives at',
  'live at',
  'living at',
  'lived at',
  'resides at',
  'reside at',
  'residing at',
  'deliver to',
  'delivered to',
  'delivery to',
  'ship to',
  'shipped to',
  'shipping to',
  'taxi to',
  'ship it to',
  'send it to',
  'directions to',
  'located at',
  'pick up at',
  'domiciled at',
  'adresse',
  'anschrift',
  'wohnhaft',
  'wohnort',
  'wohnt in',
  'wohnt',
  'lieferadresse',
  'rechnungsadresse',
  'domicile',
  'domicili\u00e9',
  'domicili\u00e9e',
  'demeurant',
  'habite',
  'r\u00e9sidant',
  'domicilio',
  'direcci\u00f3n',
  'direccion',
  'vive en',
  'reside en',
  'domiciliado en',
  'indirizzo',
  'residente',
  'residente in',
  'abita in',
  'domiciliato in',
  'morada',
  'endere\u00e7o',
  'endereco',
  'reside na',
  'mora na',
  'residente na',
  'adres',
  'adres zamieszkania',
  'zamieszka\u0142y',
  'zamieszka\u0142a',
  'mieszka',
  'woonachtig',
  'woont',
  'wonende',
  'adress',
  'bor p\u00e5',
  'bosatt',
  'osoite',
  'lakc\u00edm',
  'adresa',
]

/** `221b baker street`: in small letters only types that mean nothing else, after words that may be a name. */
export const SMALL = new RegExp(
  '\\d{1,5}[a-z]?,? (?:(?:north|south|east|west) )?(?:(?!(?:the|of|in|on|at|to|and|for|per|more|most|way|lane|day|days|block|blocks|mile|miles|km|hour|hours|different|other|new|people|from|with|side|busy|main|off)\\b)[a-z]{3,20} ){1,2}(?:street|avenue|road|boulevard|drive)(?![a-z])',
  'y',
)

/** Behind `APO`, `FPO` or `DPO`: armed forces of the United States, region and code (USPS Publication 28, section 238). */
export const MILITARY = /,? (?:AA|AE|AP) \d{5}(?:-\d{4})?(?!\d)/iy

/** Words that begin the name of a street. */
export const STREET_TYPES = (
  'calle avenida avinguda avda avd av ctra crta pza pz urb glorieta r\u00faa plaza paseo carrer camino carretera ronda via viale piazza piazzale corso vicolo largo strada rua ' +
  'travessa pra\u00e7a alameda estrada rodovia ulica ul aleja plac os c/ rue avenue boulevard chemin all\u00e9e impasse quai ' +
  'route contrada lungomare faubourg'
).split(' ')
