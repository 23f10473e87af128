import type { SurfaceName } from '../domain/request.ts'
import { openaiChatSurface } from './openai-chat.ts'
import type { Surface } from './surface.ts'

/** Every dialect that clients may speak. */
export const surfaces = { 'openai-chat': openaiChatSurface } satisfies Record<SurfaceName, Surface>
