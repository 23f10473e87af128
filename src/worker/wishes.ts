import { DeclaredLabel } from '../domain/caller.ts'
import { LEVELS } from '../domain/label.ts'
import { parseUsd } from '../domain/money.ts'
import type { Refusal } from '../domain/refusal.ts'
import { QUALITIES, type Quality } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'

/** What a caller asks for in headers. */
export type Wishes = {
  readonly label: DeclaredLabel | undefined
  readonly quality: Quality | undefined
  readonly maxCostPicoUsd: bigint | undefined
  readonly strict: boolean
  readonly tags: Readonly<Record<string, string>>
}

const invalid = (param: string, form: string): { ok: false; error: Refusal } =>
  err({ code: 'invalid_request', param, message: `The header \`${param}\` must be ${form}.` })

const TAGS_MAX = 10
const TAG = /^\s*([a-z0-9_.-]{1,32})=([^,=]{1,64}?)\s*$/i

/** Reads the `demarc-*` request headers. A header that cannot be read is refused, never ignored. */
export function readWishes(headers: Headers): Result<Wishes, Refusal> {
  const label = readLabel(headers.get('demarc-label'))
  if (label === null) {
    return invalid(
      'demarc-label',
      `a level (${LEVELS.join(', ')}), then optionally categories and countries: \`confidential; hr, project-x; DE\``,
    )
  }
  const qualityText = headers.get('demarc-quality')
  const quality = QUALITIES.find((known) => known === qualityText)
  if (qualityText !== null && quality === undefined) {
    return invalid('demarc-quality', `one of ${QUALITIES.join(', ')}`)
  }
  const costText = headers.get('demarc-max-cost-usd')
  const maxCostPicoUsd = costText === null ? undefined : parseUsd(costText)
  if (costText !== null && maxCostPicoUsd === undefined) {
    return invalid('demarc-max-cost-usd', 'a decimal amount of dollars such as 0.05')
  }
  const strictText = headers.get('demarc-strict')
  if (strictText !== null && strictText !== '1' && strictText !== '0') {
    return invalid('demarc-strict', '1 or 0')
  }
  const tags = readTags(headers.get('demarc-tags'))
  if (tags === undefined) {
    return invalid('demarc-tags', `at most ${TAGS_MAX} pairs: \`env=prod, feature=search\``)
  }
  return ok({ label, quality, maxCostPicoUsd, strict: strictText === '1', tags })
}

const list = (part: string): string[] =>
  part
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/** `confidential; hr, project-x; DE, FR`. Null if it is not of that form. */
function readLabel(text: string | null): DeclaredLabel | undefined | null {
  if (text === null) return undefined
  const [level, categories = '', jurisdictions = '', ...rest] = text.split(';')
  if (rest.length > 0) return null
  const parsed = DeclaredLabel.safeParse({
    level: level?.trim(),
    categories: list(categories),
    jurisdictions: list(jurisdictions),
  })
  return parsed.success ? parsed.data : null
}

/** Undefined if the header is not of that form. */
export function readTags(text: string | null): Record<string, string> | undefined {
  const tags: Record<string, string> = {}
  if (text === null || text.trim() === '') return tags
  const parts = text.split(',')
  if (parts.length > TAGS_MAX) return undefined
  for (const part of parts) {
    const [, name, value] = TAG.exec(part) ?? []
    if (name === undefined || value === undefined) return undefined
    tags[name.toLowerCase()] = value.trim()
  }
  return tags
}
