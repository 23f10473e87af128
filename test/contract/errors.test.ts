import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { destinations, type DestinationName } from '../../src/destinations/index.ts'
import { wires } from '../../src/wire/index.ts'
import type { Wire } from '../../src/wire/wire.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/wire')

test.each<[DestinationName, string, string | undefined, string | undefined]>([
  [
    'mistral',
    'Tool call id was call_a1 but must be a-z, A-Z, 0-9, with a length of 9.',
    'invalid_function_call',
    '3280',
  ],
  [
    'deepseek',
    'The `reasoning_content` in the thinking mode must be passed back to the API.',
    'invalid_request_error',
    'invalid_request_error',
  ],
  ['zai', 'The tool_choice parameter supports auto only.', undefined, '1214'],
  [
    'azure-openai',
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    '400',
    'content_filter',
  ],
  [
    'vertex',
    "Permission 'aiplatform.endpoints.predict' denied on resource.",
    'PERMISSION_DENIED',
    '403',
  ],
  [
    'vertex-anthropic',
    "anthropic_version: Input should be 'vertex-2023-10-16'",
    'invalid_request_error',
    undefined,
  ],
  ['bedrock', 'Too many tokens, please wait before trying again.', undefined, undefined],
  ['replicate', 'The following problem was found: input.prompt is required', '422', undefined],
])('reads an error of %s', (name, message, type, code) => {
  const wire: Wire = wires[destinations[name].wire]
  const body = readFileSync(join(FIXTURES, `${name}.error.json`), 'utf8')
  expect(wire.parseError(body)).toEqual({ message, type, code })
})
