import type { Quirks, Received, Reply, Simulation } from './simulation.ts'

/** Answers a POST to one more path of a provider. */
export type Endpoint = (request: Received, quirks: Quirks) => Reply

/** A provider with more paths than its chat completions; `endpoints` are named by what follows its base path. */
export const withEndpoints = (
  simulation: Simulation,
  endpoints: Readonly<Record<string, Endpoint>>,
): Simulation => ({
  ...simulation,
  answer: (request, quirks) => {
    const name = request.path.startsWith(simulation.basePath)
      ? request.path.slice(simulation.basePath.length)
      : ''
    const endpoint = request.method === 'POST' ? endpoints[name] : undefined
    return endpoint === undefined ? simulation.answer(request, quirks) : endpoint(request, quirks)
  },
})
