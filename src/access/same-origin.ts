/** What a browser says of where a request comes from. */
export type Provenance = {
  readonly method: string
  /** Our own origin, as the request reached it. */
  readonly ownOrigin: string
  readonly fetchSite: string | null
  readonly origin: string | null
  /** The header that only scripts of our own origin can send: others need a permission that is never given. */
  readonly csrf: string | null
  readonly contentType: string | null
  readonly hasBody: boolean
}

export const CSRF_HEADER = 'demarc-csrf'

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a method only reads. */
export const isSafe = (method: string): boolean => SAFE.has(method)

/**
 * Why a request whose credential the browser adds by itself (a cookie) must not be obeyed; undefined if it may. It could be
 * any page's doing. A credential that somebody put there on purpose, `authorization`, needs none of this.
 */
export function crossSiteProblem(from: Provenance): string | undefined {
  const { method, fetchSite, origin, ownOrigin, csrf, contentType, hasBody } = from
  if (isSafe(method)) {
    const isOwn = fetchSite === null ? origin === null || origin === ownOrigin : OWN.has(fetchSite)
    return isOwn ? undefined : 'a cookie is not accepted from another site'
  }
  const isOwn = fetchSite === null ? origin === ownOrigin : fetchSite === 'same-origin'
  if (!isOwn || (origin !== null && origin !== ownOrigin)) {
    return 'with a cookie, changes are accepted from the same origin only'
  }
  if (csrf !== '1') return `with a cookie, changes need the header "${CSRF_HEADER}: 1"`
  if (hasBody && !JSON_TYPE.test(contentType ?? '')) {
    return 'with a cookie, bodies are accepted as "content-type: application/json" only'
  }
  return undefined
}

/** `none`: typed into the address bar or opened from a bookmark. */
const OWN: ReadonlySet<string> = new Set(['same-origin', 'none'])
const JSON_TYPE = /^application\/json\s*(?:;|$)/i
