/**
 * Turns the mean logit of a find's words into confidence (J. Platt, 1999). Fit on the entity corpora of the dev folder
 * by `demarc train calibration`; see docs/models/tagger.md.
 */
const PLATT = {
  person: { slope: 0.634, offset: -0.142 },
  location: { slope: 0.249, offset: -0.145 },
  organization: { slope: 0.583, offset: -0.642 },
} as const

/**
 * Logit from which on a person counts, whatever the confidence: a name that is overlooked costs more than a word that
 * is taken for one. It is the point at which recall on the corpora reaches 82 % with precision above 70 %.
 */
const PERSON_COUNTS = Math.log(0.28 / 0.72)
const COUNTS = 0.5

/** Confidence of a find, 0 to 1, in hundredths. */
export function confidenceOf(kind: keyof typeof PLATT, logit: number): number {
  const { slope, offset } = PLATT[kind]
  const fitted = Math.round(100 / (1 + Math.exp(-(slope * logit + offset)))) / 100
  return kind === 'person' && logit >= PERSON_COUNTS ? Math.max(fitted, COUNTS) : fitted
}
