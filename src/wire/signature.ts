import type { Signature, SignatureMaker } from '../domain/chat.ts'

const FOREIGN = /^demarc\.(anthropic|gemini|openai)\./

const MAKERS: Readonly<Record<string, SignatureMaker>> = {
  anthropic: 'anthropic',
  gemini: 'gemini',
  openai: 'openai',
}

/**
 * A signature as it is written where another maker's dialect has a place for one: marked, so that it comes back as what
 * it is, and never reaches an API that did not make it.
 */
export const renderSignature = ({ maker, data }: Signature, own: SignatureMaker): string =>
  maker === own ? data : `demarc.${maker}.${data}`

/** The same, read back; what is not marked is of the dialect's own maker. */
export function parseSignature(text: string, own: SignatureMaker): Signature {
  const marked = FOREIGN.exec(text)
  const maker = MAKERS[marked?.[1] ?? '']
  if (marked === null || maker === undefined) return { maker: own, data: text }
  return { maker, data: text.slice(marked[0].length) }
}

/** Written by us for a client, so of no use to any upstream. */
export const isForeignSignature = (text: string): boolean => FOREIGN.test(text)
