import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { healthConfidence } from '../learned/calibration.ts'
import { readText } from '../learned/read.ts'
import { PERSONAL } from './clinical.ts'

/**
 * Signs that a text is about one person's health. A note about a patient, or a talk with one, shows several groups of
 * them; an article about an illness at most one. Learned weights come later; these words are the first tier.
 */
const RECORD = [
  'mrn',
  'medical record',
  'medical record number',
  'patient id',
  'patient name',
  'hospital number',
  'nhs number',
  'date of admission',
  'admission date',
  'discharge date',
  'historia clínica',
  'nhc',
  'datos del paciente',
  'patientennummer',
  'attending physician',
  'patient dob',
  'informe clínico',
]
const SAID = [
  'denies',
  'complains of',
  'complaining of',
  'presents with',
  'presented with',
  'presents for',
  'who presents',
  'diagnosed me',
  'prescribed me',
  'currently taking',
  'patient states',
  'patient had',
  'this patient',
  'patient is',
  'patient has',
  'patient was',
  'patient reports',
  'patient denies',
  'pt is',
  'pt reports',
  'status post',
  'acude a',
  'refiere',
  'since i last saw',
  'brings you in',
  'feeling today',
  'ingresa por',
]
const EXAM = [
  'afebrile',
  'auscultation',
  'nontender',
  'normocephalic',
  'nondistended',
  'atraumatic',
  'bilaterally',
  'spo2',
  'auscultación',
  'no murmurs',
  'no edema',
  'vital signs',

  'range of motion',
  'unremarkable',
  'noncontributory',
  'differential diagnosis',
  'follow up in',
  'er visit',
  'review of systems',
  'chief complaint',
  'hpi',
]
/** After "my", "his" or "her". */
const OWN = [
  'doctor',
  'diagnosis',
  'symptoms',
  'medication',
  'medications',
  'meds',
  'blood pressure',
  'surgery',
  'therapist',
  'psychiatrist',
  'prescription',
  'mri',
  'blood sugar',
  'biopsy',
  'chemo',
  'cardiologist',
  'oncologist',
  'insulin',
]
/** After "was", "been" and the like. */
const HAPPENED = ['admitted', 'diagnosed', 'prescribed', 'hospitalized', 'discharged', 'referred']

const SECTIONS = [
  'hpi',
  'history of present illness',
  'chief complaint',
  'past medical history',
  'past surgical history',
  'review of systems',
  'assessment and plan',
  'assessment',
  'physical exam',
  'physical examination',
  'vital signs',
  'discharge summary',
  'social history',
  'family history',
  'current medications',
  'medications',
  'allergies',
  'pmh',
  'impression',
  'antecedentes',
  'exploración física',
  'motivo de consulta',
  'anamnese',
  'subjective',
  'objective',
  'results',
  'plan',
  'tratamiento',
  'evolución',
]
const PATIENTS = ['patient', 'paciente', 'patientin', 'pt']
const DOCTORS = ['doctor', 'clinician', 'physician', 'nurse', 'médico', 'arzt', 'dr']
const UNITS = ['mg', 'mcg', 'milligrams', 'milligram', 'units', 'tablets', 'mg/dl']
const AGES = ['year old', 'years old', 'y o', 'yo', 'yr old', 'años']
const MEASURES = [
  'bp',
  'blood pressure',
  'heart rate',
  'pulse',
  'temperature',
  'respiratory rate',
  'o2 sat',
  'bmi',
  'a1c',
  'hba1c',
  'oxygen saturation',
]
const CODES = ['icd', 'icd 10', 'icd10', 'dx', 'diagnosis', 'diagnoses', 'diagnóstico', 'diagnose']
const PRESCRIBED = [
  'prescribed',
  'prescribe',
  'prescription for',
  'taking',
  'takes',
  'increase',
  'refill',
]

const IS_HEADING = /^["'*_]{0,3}[ \t]{0,2}:/
const IS_AT_LINE_START = /(?:^|[\n[])[\s*_#"'[(-]{0,6}$/
const IS_SPEAKER = /^[\]"'*_]{0,3}[ ]?[:\]]/
const REGIMEN =
  /^,?\s(?:[\w-]{1,12},? ){0,4}(?:po|p\.o\.|bid|b\.i\.d|tid|t\.i\.d|qid|qhs|q\d{1,2}h|prn|daily|nightly|a day|per day|once|twice|every|by mouth|at bedtime|as needed)\b/i
const SEX =
  /^[ ,-]{1,2}(?:[\w-]{1,20} ){0,3}(?:male|female|man|woman|boy|girl|gentleman|lady|patient|varón|mujer|paciente)\b/i
const VALUE = /^[^\n\d]{0,24}\d/
const ICD_10 = /\b[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\b/
const DOSE = /\b\d{1,4}(?:\.\d{1,2})? ?(?:mg|mcg|ml|units)\b/i

/** How much each group counts, once for one sign and once more for others. */
const WEIGHTS: readonly (readonly [string, number])[] = Object.entries({
  'health.record': 2,
  'health.said': 1,
  'health.exam': 1,
  'health.own': 1,
  'health.section': 1,
  'health.patient': 2,
  'health.doctor': 2,
  'health.regimen': 1.5,
  'health.age': 2,
  'health.measure': 1,
  'health.code': 1.5,
})
/** A shorter leaf says too little. */
const LENGTH_MIN = 24
/** What is less sure isn't worth a word. */
const REPORTED_MIN = 0.2

export const health: Detector = {
  name: 'health',
  contexts: {
    'health.record': RECORD,
    'health.said': SAID,
    'health.exam': EXAM,
    'health.own': [],
    'health.section': [],
    'health.patient': [],
    'health.doctor': [],
    'health.regimen': [],
    'health.age': [],
    'health.measure': [],
    'health.code': [],
  },
  words: [
    ...new Set([
      ...SECTIONS,
      ...PATIENTS,
      ...DOCTORS,
      ...UNITS,
      ...AGES,
      ...MEASURES,
      ...CODES,
      ...PRESCRIBED,
      ...OWN,
      ...HAPPENED,
    ]),
  ],
  atWord: (scan, start, end) => {
    const { text } = scan
    const word = text
      .slice(start, end)
      .toLowerCase()
      .replaceAll(/[-_\n]/g, ' ')
    const before = text.slice(Math.max(0, start - 12), start)
    const after = text.slice(end, end + 64)
    scan.spend(64)
    for (const [words, context, isSign] of SIGNS) {
      if (words.has(word) && isSign(before, after)) scan.note(context, end)
    }
  },
  atEnd: judge,
}

/** The name of somebody who speaks in a transcript, or of a field. */
const isSpeaker = (before: string, after: string): boolean =>
  IS_SPEAKER.test(after) && IS_AT_LINE_START.test(before)

type Sign = readonly [ReadonlySet<string>, string, (before: string, after: string) => boolean]
const SIGNS: readonly Sign[] = [
  [
    new Set(SECTIONS),
    'health.section',
    (before, after) => IS_HEADING.test(after) && IS_AT_LINE_START.test(before),
  ],
  [new Set(PATIENTS), 'health.patient', isSpeaker],
  [new Set(DOCTORS), 'health.doctor', isSpeaker],
  [
    new Set(UNITS),
    'health.regimen',
    (before, after) => /\d ?$/.test(before) && REGIMEN.test(after),
  ],
  [new Set(OWN), 'health.own', (before) => /\b(?:my|his|her) $/i.test(before)],
  [new Set(HAPPENED), 'health.said', (before) => /\b(?:was|were|been|i'm|am) $/i.test(before)],
  [new Set(AGES), 'health.age', (before, after) => /\d[ -]?$/.test(before) && SEX.test(after)],
  [new Set(MEASURES), 'health.measure', (_before, after) => VALUE.test(after)],
  [new Set(CODES), 'health.code', (_before, after) => ICD_10.test(after)],
  [new Set(PRESCRIBED), 'health.regimen', (_before, after) => DOSE.test(after)],
]

function judge(scan: Scan): void {
  const { length } = scan.text
  const isPersonal = scan.count(PERSONAL) > 0
  if (scan.kind !== 'string' || (length < LENGTH_MIN && !isPersonal)) return
  let score = 0
  let groups = 0
  if (scan.hasSigns) {
    for (const [context, weight] of WEIGHTS) {
      const count = Math.min(scan.count(context), 2)
      if (count === 0) continue
      groups++
      score += weight * count
    }
  }
  const logit = readText(scan.text).healthLogit
  const confidence = healthConfidence(logit, { score, groups }, isPersonal)
  if (confidence >= REPORTED_MIN) scan.report('health', 0, length, confidence)
}
