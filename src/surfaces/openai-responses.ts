import { renderSse } from '../encoding/sse.ts'
import { countOf, parseObject } from '../wire/read.ts'
import {
  openResponsesRenderer,
  parseResponsesRequest,
  renderResponsesReply,
} from '../wire/openai-responses.ts'
import { openaiDialect, RATE_LIMIT_HEADERS } from './openai-dialect.ts'
import { fieldsAsking } from './openai-responses-fields.ts'
import { passResponsesRequest } from './openai-responses-pass.ts'
import { readResponsesRequest } from './openai-responses-read.ts'
import type { ChatSurface, SurfaceError } from './surface.ts'

/** OpenAI's Responses, without what needs a store. Source: openapi.json 2.3.0. */
export const openaiResponsesSurface: ChatSurface = {
  name: 'openai-responses',
  operation: 'chat',
  dialect: openaiDialect,
  serves: (pathname) => pathname === '/v1/responses',
  read: readResponsesRequest,
  pass: passResponsesRequest,
  fieldsAsking,
  parse: parseResponsesRequest,
  renderReply: renderResponsesReply,
  openStream: openResponsesRenderer,
  breakOff,
  idPrefix: 'resp_',
  forwardedHeaders: [],
  returnedHeaders: RATE_LIMIT_HEADERS,
}

/** Numbered on from the last event, flat as the schema has it and nested as OpenAI sends it. */
function breakOff(error: SurfaceError, lastData: string | undefined): string {
  const last = countOf(parseObject(lastData ?? '')?.['sequence_number'])
  const { type, code, message, param } = error
  return renderSse(
    JSON.stringify({
      type: 'error',
      code,
      message,
      param,
      error: { type, code, message, param },
      sequence_number: last === undefined ? 0 : last + 1,
    }),
    'error',
  )
}
