import type { Destination } from './destination.ts'
import { bearer, NOT_TRANSLATED } from './translated.ts'

/**
 * Amazon Bedrock by Converse, which says the same to all of its models. The URL is the region's,
 * `https://bedrock-runtime.REGION.amazonaws.com`; the credential is a Bedrock API key (`AWS_BEARER_TOKEN_BEDROCK`), so
 * that nothing has to be signed.
 */
export const bedrock: Destination = {
  wire: 'bedrock-converse',
  transport: 'http',
  baseUrl: undefined,
  path: (upstreamModel, _operation, stream) =>
    `/model/${encodeURIComponent(upstreamModel)}/${stream ? 'converse-stream' : 'converse'}`,
  authorize: bearer,
  edits: [],
  unsupported: [
    ...NOT_TRANSLATED,
    'audio-input',
    'json-schema',
    'json-object',
    'image-url', // bytes only
    'n',
    'seed',
    'logprobs',
    'penalties',
    'parallel-tool-calls',
    'user',
  ],
  acceptsModel: () => true,
  usageInStream: 'always',
  errorReplies: 'unstated',
  source:
    'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html',
}
