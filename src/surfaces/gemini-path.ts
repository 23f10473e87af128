/** What a path says: `/v1beta/models/{model}:{method}`. */
export type GeminiPath = { readonly model: string; readonly method: string }

/** Some clients leave `models/` out where the name of the model has a slash of its own. */
const PATH = /^\/v1(?:beta|alpha)?\/(?:models\/)?([^:]+(?::[^:/]+)*):(\w+)$/

export function parseGeminiPath(pathname: string): GeminiPath | undefined {
  const match = PATH.exec(pathname)
  const [, model, method] = match ?? []
  if (model === undefined || method === undefined) return undefined
  const decoded = decode(model)
  return decoded === undefined ? undefined : { model: decoded, method }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // no path of ours
  }
}
