import { bedrockSimulation } from './bedrock.ts'
import { azureDialect, deepseekDialect, mistralDialect, zaiDialect } from './makers-dialects.ts'
import { withEndpoints } from './endpoints.ts'
import { openaiChat } from './openai-chat.ts'
import { responsesEndpoint } from './openai-responses.ts'
import { replicateSimulation } from './replicate.ts'
import { bearer, type Simulation } from './simulation.ts'
import { vertexAnthropicSimulation, vertexSimulation } from './vertex.ts'

/** The makers of models, and the clouds that sell them: not in the policy as it is shipped. */
export const MAKERS = {
  mistral: openaiChat(mistralDialect),
  deepseek: openaiChat(deepseekDialect),
  zai: openaiChat(zaiDialect),
  'azure-openai': {
    ...withEndpoints(openaiChat(azureDialect), { '/responses': responsesEndpoint }),
    credential: (headers) => headers['api-key'] ?? bearer(headers),
  },
  vertex: vertexSimulation,
  'vertex-anthropic': vertexAnthropicSimulation,
  bedrock: bedrockSimulation,
  replicate: replicateSimulation,
} as const satisfies Record<string, Simulation>

export type MakerId = keyof typeof MAKERS

const isMaker = (id: string): id is MakerId => id in MAKERS

export const MAKER_IDS: readonly MakerId[] = Object.keys(MAKERS).filter(isMaker)
