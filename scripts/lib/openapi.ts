import { registerHooks } from 'node:module'

/** What the Worker's modules take from its runtime, which is not here: nothing of it is used to describe the API. */
const RUNTIME = `data:text/javascript,${encodeURIComponent(
  'export class DurableObject {}\nexport const waitUntil = () => {}\nexport const env = {}',
)}`

/** The OpenAPI document, as the Worker serves it at `/admin/api/openapi.json`. */
export async function readOpenapi(): Promise<object> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'cloudflare:workers'
        ? { url: RUNTIME, shortCircuit: true }
        : next(specifier, context),
  })
  try {
    const { openapiDocument } = await import('../../src/worker/openapi/document.ts')
    return openapiDocument()
  } finally {
    hooks.deregister()
  }
}
