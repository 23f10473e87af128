import { Buffer } from 'node:buffer'
import type { Feature } from '../domain/features.ts'
import { children, member, sourceOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { DEFINED_TOOL_TOKENS_MAX, SHARED_BLOCKS, toolKind } from './anthropic-fields.ts'
import type { Members } from './body-fields.ts'

/** What the blocks and tools of a request amount to. */
export type Survey = {
  readonly features: Set<Feature>
  /** Names of what only Anthropic has words for. */
  readonly onlyOwn: Set<string>
  /** Blocks and tools. */
  templateParts: number
  mediaParts: number
  /** Of the body that is media, not text. */
  mediaBytes: number
  /** Tokens of tools that are named, not spelled out. */
  hiddenTokens: number
  hasHostedTools: boolean
  hasLongCache: boolean
}

export function surveyOf(document: JsonDocument, members: Members): Survey {
  const survey: Survey = {
    features: new Set(),
    onlyOwn: new Set(),
    templateParts: 0,
    mediaParts: 0,
    mediaBytes: 0,
    hiddenTokens: 0,
    hasHostedTools: false,
    hasLongCache: false,
  }
  noteCache(document, 0, survey)
  surveyBlocks(document, members.get('system') ?? -1, survey)
  for (const message of childrenOf(document, members.get('messages') ?? -1)) {
    survey.templateParts++
    surveyBlocks(document, member(document, message, 'content'), survey)
  }
  for (const tool of childrenOf(document, members.get('tools') ?? -1)) {
    surveyTool(document, tool, survey)
  }
  return survey
}

const childrenOf = (document: JsonDocument, node: number): number[] =>
  node < 0 ? [] : children(document, node)

function noteCache(document: JsonDocument, node: number, survey: Survey): void {
  const cache = member(document, node, 'cache_control')
  if (document.kinds[cache] !== NODE.object) return
  survey.onlyOwn.add('cache_control')
  if (stringOf(document, member(document, cache, 'ttl')) === '1h') survey.hasLongCache = true
}

function surveyBlocks(document: JsonDocument, content: number, survey: Survey): void {
  if (document.kinds[content] !== NODE.array) return
  for (const block of children(document, content)) {
    survey.templateParts++
    noteCache(document, block, survey)
    const type = stringOf(document, member(document, block, 'type')) ?? ''
    if (!SHARED_BLOCKS.has(type)) survey.onlyOwn.add('server-tool-blocks')
    const citations = member(document, block, 'citations')
    if (document.kinds[member(document, citations, 'enabled')] === NODE.true)
      survey.onlyOwn.add('citations')
    surveyMedia(document, block, type, survey)
    surveyBlocks(document, member(document, block, 'content'), survey)
  }
}

function surveyMedia(document: JsonDocument, block: number, type: string, survey: Survey): void {
  if (type !== 'image' && type !== 'document') return
  const source = member(document, block, 'source')
  const kind = stringOf(document, member(document, source, 'type'))
  if (kind === 'text') return
  if (kind === 'content') {
    surveyBlocks(document, member(document, source, 'content'), survey)
    return
  }
  survey.features.add(type === 'image' ? 'vision' : 'file-input')
  if (type === 'image' && kind === 'url') survey.features.add('image-url')
  survey.mediaParts++
  survey.mediaBytes += Buffer.byteLength(sourceOf(document, source))
}

function surveyTool(document: JsonDocument, tool: number, survey: Survey): void {
  survey.templateParts++
  noteCache(document, tool, survey)
  const type = stringOf(document, member(document, tool, 'type'))
  const kind = toolKind(type, member(document, tool, 'input_schema') >= 0)
  if (kind === 'own') {
    survey.features.add('tools')
    return
  }
  survey.onlyOwn.add(kind === 'hosted' ? 'hosted-tools' : 'anthropic-defined-tools')
  survey.hiddenTokens += DEFINED_TOOL_TOKENS_MAX
  if (kind === 'hosted') survey.hasHostedTools = true
}
