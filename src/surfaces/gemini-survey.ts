import { Buffer } from 'node:buffer'
import type { Feature } from '../domain/features.ts'
import { children, keyOf, sourceOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import type { Members } from './body-fields.ts'
import { camelMember } from './gemini-envelope.ts'
import { camelCase, CLIENT_TOOLS } from './gemini-fields.ts'

/** What the contents and tools of a request amount to. */
export type Survey = {
  readonly features: Set<Feature>
  /** Names of what only Google has words for. */
  readonly onlyOwn: Set<string>
  /** Parts and functions. */
  templateParts: number
  mediaParts: number
  /** Of the body that is media, not text. */
  mediaBytes: number
  hasHostedTools: boolean
}

export function surveyOf(document: JsonDocument, members: Members): Survey {
  const survey: Survey = {
    features: new Set(),
    onlyOwn: new Set(),
    templateParts: 0,
    mediaParts: 0,
    mediaBytes: 0,
    hasHostedTools: false,
  }
  surveyParts(document, members.get('systemInstruction') ?? -1, survey)
  const contents = members.get('contents') ?? -1
  for (const content of oneOrMore(document, contents)) {
    survey.templateParts++
    surveyParts(document, content, survey)
  }
  for (const tool of oneOrMore(document, members.get('tools') ?? -1)) {
    surveyTool(document, tool, survey)
  }
  return survey
}

/** The elements of a list, or the one that stands for a list of one. */
export function oneOrMore(document: JsonDocument, node: number): number[] {
  if (document.kinds[node] === NODE.object) return [node]
  return node < 0 ? [] : children(document, node)
}

function surveyParts(document: JsonDocument, content: number, survey: Survey): void {
  for (const part of oneOrMore(document, camelMember(document, content, 'parts'))) {
    survey.templateParts++
    surveyMedia(document, part, survey)
    const response = camelMember(document, part, 'functionResponse')
    if (response >= 0) surveyParts(document, response, survey)
  }
}

function surveyMedia(document: JsonDocument, part: number, survey: Survey): void {
  const inline = camelMember(document, part, 'inlineData')
  const file = camelMember(document, part, 'fileData')
  const media = Math.max(inline, file)
  if (media < 0) return
  const mediaType = stringOf(document, camelMember(document, media, 'mimeType')) ?? ''
  survey.features.add(featureOf(mediaType))
  if (file >= 0 && mediaType.startsWith('image/')) survey.features.add('image-url')
  survey.mediaParts++
  survey.mediaBytes += Buffer.byteLength(sourceOf(document, media))
}

function featureOf(mediaType: string): Feature {
  if (mediaType.startsWith('image/')) return 'vision'
  return mediaType.startsWith('audio/') ? 'audio-input' : 'file-input'
}

function surveyTool(document: JsonDocument, tool: number, survey: Survey): void {
  if (document.kinds[tool] !== NODE.object) return
  for (const member of children(document, tool)) {
    const name = camelCase(keyOf(document, member) ?? '')
    if (name === 'functionDeclarations') {
      survey.features.add('tools')
      survey.templateParts += oneOrMore(document, member).length
    } else {
      const isClients = CLIENT_TOOLS.has(name)
      survey.onlyOwn.add(isClients ? 'google-defined-tools' : 'hosted-tools')
      if (!isClients) survey.hasHostedTools = true
    }
  }
}
