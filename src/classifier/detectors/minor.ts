import type { Detector } from '../detector.ts'

/** Words for somebody's child, pupil or young patient; `my` and the like make it a particular one. */
const CHILDREN = new Set(
  `son daughter child kid boy girl niece nephew grandson granddaughter stepson stepdaughter pupil student toddler infant
  baby minor sohn tochter kind enkel enkelin schüler schülerin fils fille enfant élève hijo hija niño niña alumno alumna
  figlio figlia bambino bambina alunno alunna zoon dochter leerling filho filha criança aluno aluna syn córka dziecko
  uczeń uczennica barn elev`.split(/\s+/),
)
const OWNER =
  /\b(?:my|our|his|her|their|the patient'?s|mein|meine[mnrs]?|unser|unsere[mnrs]?|mon|ma|notre|mi|mis|nuestr[oa]|mio|mia|mijn|ons|onze|meu|minha|nosso|nossa|mój|moja|mojego|mojej|min|mitt|vår)(?: \p{Ll}{2,12}| \d{1,2}[- ]year[- ]old)? $/iu

/** A name, then an age under 18: `Emma, 9 years old`, `Emma Miller (aged 9)`, `Emma is 9`, `Emma, 9 Jahre`. */
const NAMED_AGE =
  /,? \(?(\p{Lu}\p{Ll}{1,15}(?:[ -]\p{Lu}\p{Ll}{1,15})?)\)?(?: is|,| \(| ist| a| tiene| ha| heeft| tem| ma| är)? ?(?:aged|age|alter|âgée? de|de|di|leeftijd)? ?(1[0-7]|[1-9])(?!\d|[.,:/%-]\d)(?: ?-?(?:years?|yrs?|y\/o|jahre|ans|años|anni|jaar|anos|lat|år|months?|monate|mois|meses|mesi)\b|\)|, | and |\.)/iuy
/** An age, then a name: `my 9-year-old daughter Emma`. */
const AGED_BEFORE = /\b(?:1[0-7]|[1-9])[- ](?:years?|months?)[- ]old $/i
const NAME = /,? (\p{Lu}\p{Ll}{1,15})(?![\p{L}'’])/uy

/** Headings and statements of records about children, which need no name to be recognised. */
const RECORDS = [
  'student record',
  'pupil record',
  'minor child',
  'child protection',
  'individualized education program',
  'parental consent form',
  'schülerakte',
  'dossier scolaire',
  'expediente escolar',
]

/** Named children with their age, and records kept about children (GDPR article 8 and recital 38; COPPA). */
export const minor: Detector = {
  name: 'minor',
  words: [...CHILDREN, ...RECORDS],
  atWord: (scan, start, end) => {
    const { text } = scan
    scan.spend(40)
    const word = text.slice(start, end).toLowerCase()
    if (!CHILDREN.has(word)) {
      scan.report('minor', start, end, /^ ?[:#]/.test(text.slice(end, end + 3)) ? 0.6 : 0.3)
      return
    }
    const before = text.slice(Math.max(0, start - 36), start)
    NAME.lastIndex = end
    if (AGED_BEFORE.test(before) && NAME.test(text)) {
      scan.report('minor', start, NAME.lastIndex, 0.7)
      return
    }
    NAMED_AGE.lastIndex = end
    const match = NAMED_AGE.exec(text)
    // The i flag lets small letters through for the words between: the name itself must have its capital.
    if (match?.[1] === undefined || !/^\p{Lu}/u.test(match[1])) return
    if (OWNER.test(before)) scan.report('minor', start, NAMED_AGE.lastIndex, 0.7)
  },
}
