/**
 * Turns the mean logit of a find's words into confidence (J. Platt, 1999). Fit on the entity corpora of the dev folder
 * by `demarc train calibration`; see docs/models/tagger.md.
 */
const PLATT = {
  person: { slope: 0.641, offset: -0.194 },
  location: { slope: 0.25, offset: -0.12 },
  organization: { slope: 0.484, offset: -0.46 },
} as const

/**
 * Logit from which on a person counts, whatever the confidence: a name that is overlooked costs more than a word that
 * is taken for one. It is the point at which recall on the corpora reaches 82 % with precision above 70 %.
 */
const PERSON_COUNTS = Math.log(0.3 / 0.7)
/** The same for places and firms, which raise no level: they are replaced, or not. */
const OTHERS_COUNT = Math.log(0.33 / 0.67)
/** From this confidence on a find counts; levels.ts has the same. */
export const COUNTS = 0.5

/** Confidence of a find, 0 to 1, in hundredths. */
export function confidenceOf(kind: keyof typeof PLATT, logit: number): number {
  const { slope, offset } = PLATT[kind]
  const fitted = Math.round(100 / (1 + Math.exp(-(slope * logit + offset)))) / 100
  const counts = kind === 'person' ? PERSON_COUNTS : OTHERS_COUNT
  return logit >= counts ? Math.max(fitted, COUNTS) : fitted
}

/** What the words of a record and a person near an illness add to the logit of the head, and where even odds lie. */
const RECORD_WEIGHT = 0.5
const PERSONAL_WEIGHT = 1.5
const HEALTH_EVEN = 2.7
/** A person near an illness, or a record of this score with two groups of signs, counts whatever the head says. */
const RECORD_SCORE_MIN = 3
const RECORD_GROUPS_MIN = 2
const RECORD_CONFIDENCE = 0.6

/** From the head's logit, the words that a record shows, and whether a named person stands near an illness. */
export function healthConfidence(
  logit: number,
  record: { readonly score: number; readonly groups: number },
  isPersonal: boolean,
): number {
  const sum = logit + RECORD_WEIGHT * record.score + (isPersonal ? PERSONAL_WEIGHT : 0)
  const fitted = Math.round(100 / (1 + Math.exp(HEALTH_EVEN - sum))) / 100
  const isRecord = record.groups >= RECORD_GROUPS_MIN && record.score >= RECORD_SCORE_MIN
  return isPersonal || isRecord ? Math.max(fitted, RECORD_CONFIDENCE) : fitted
}
