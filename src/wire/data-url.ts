import type { MediaSource } from '../domain/chat.ts'

const HEAD = /^data:([^,]*);base64,/i

/** The content of a `data:` URL in base64; undefined for any other URL. */
export function parseDataUrl(url: string): Extract<MediaSource, { type: 'base64' }> | undefined {
  const head = HEAD.exec(url.slice(0, 256))
  if (head === null) return undefined
  return { type: 'base64', mediaType: head[1] ?? '', data: url.slice(head[0].length) }
}

export const renderDataUrl = (mediaType: string, base64: string): string =>
  `data:${mediaType};base64,${base64}`
