import { parseWorkersAiError, parseWorkersAiReply } from './workers-ai-reply.ts'
import { renderWorkersAiRequest } from './workers-ai-render.ts'
import { openWorkersAiStream } from './workers-ai-stream.ts'
import type { Wire } from './wire.ts'

export { workersAiStatus } from './workers-ai-reply.ts'

/** Cloudflare Workers AI. Source: https://developers.cloudflare.com/workers-ai/models/ (read 2026-11-23). */
export const workersAi: Wire = {
  name: 'workers-ai',
  renderRequest: renderWorkersAiRequest,
  parseReply: parseWorkersAiReply,
  openStream: openWorkersAiStream,
  parseError: parseWorkersAiError,
}
