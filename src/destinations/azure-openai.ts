import type { Destination } from './destination.ts'
import { rename } from './edits.ts'
import { openaiCompatible } from './openai-compatible.ts'
import { bearer } from './translated.ts'

/**
 * Azure OpenAI (Microsoft Foundry) by its v1 API. The URL is the resource's, `https://NAME.openai.azure.com/openai/v1`;
 * models are called by the names of their deployments. What its filters refuse is billed: "a 400 error due to a content
 * filter or input limit" (https://learn.microsoft.com/azure/ai-services/openai/how-to/manage-costs).
 */
export const azureOpenai: Destination = {
  ...openaiCompatible({
    baseUrl: undefined,
    edits: [rename('max_tokens', 'max_completion_tokens')], // reasoning models refuse the old name
    speaks: {
      'openai-responses': {
        path: () => '/responses',
        edits: [],
        // What a search finds is billed as input, so nothing bounds its cost: it is left out, and named.
        unsupported: ['web-search', 'stored-reasoning'],
      },
    },
    unsupported: ['web-search', 'service-tier', 'moderation'],
    errorReplies: 'billed',
    source: 'https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle (v1 API)',
  }),
  authorize: (credential) =>
    TOKEN.test(credential) ? bearer(credential) : { 'api-key': credential },
}

/** A token of Microsoft Entra ID is a JSON Web Token; keys of a resource are not. */
const TOKEN = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/
