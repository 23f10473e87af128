import { expect, test } from 'vitest'
import { chooseProviders } from '../../scripts/start/providers.ts'
import type { Bundle } from '../../src/policy/schema.ts'

const offer = (destination: string, upstreamModel: string) => ({
  destination,
  upstreamModel,
  contextTokens: 8192,
  outputTokensMax: 1024,
  features: [],
  source: 'made up for this test',
})
const bundle: Pick<Bundle, 'models'> = {
  models: [
    {
      id: 'qwen3',
      family: 'qwen3',
      developer: 'Qwen',
      openWeights: true,
      quality: 'basic',
      offers: [offer('ollama', 'qwen3:8b'), offer('vllm', 'Qwen/Qwen3-8B')],
    },
  ],
}

const OLLAMA = { ollama: { url: 'http://127.0.0.1:11434/v1', models: ['qwen3:8b'] } }
const OTHER_OLLAMA = { ollama: { url: 'http://127.0.0.1:11434/v1', models: ['tinyllama'] } }
const LLAMA_CPP = { 'llama-cpp': { url: 'http://127.0.0.1:8080/v1', models: undefined } }

test.each([
  ['nothing set, nothing found', {}, {}, []],
  ['a key makes that provider real', { OPENAI_API_KEY: 'k' }, {}, ['openai']],
  ['a URL makes a server of ours real', { LLAMA_CPP_URL: 'http://h/v1' }, {}, ['llama-cpp']],
  ['a key alone does not: it says not where', { VLLM_API_KEY: 'k' }, {}, []],
  ['a server that serves a known model', {}, OLLAMA, ['ollama']],
  ['a server that serves none of them', {}, OTHER_OLLAMA, []],
  ['a server that takes any id', {}, LLAMA_CPP, ['llama-cpp']],
  ['Workers AI needs a deployment', { WORKERS_AI_API_KEY: 'k' }, {}, []],
])('%s', (_name, vars, found, real) => {
  const providers = chooseProviders(bundle, vars, found)
  expect(providers.filter(({ kind }) => kind === 'real').map(({ id }) => id)).toEqual(real)
  expect(providers).toHaveLength(9)
})
