import { fields, list, text, type Fields } from './read.ts'
import { idFor } from './simulation.ts'

export const THOUGHT = 'Simulated thought: no model thinks.'

const SKIP = 'skip_thought_signature_validator'

/** A signature as it stands on the first of several calls. */
export const signatureFor = (order: number): string =>
  Buffer.from(idFor(order, 'simulated ')).toString('base64')

const isOurs = (signature: string): boolean =>
  signature === SKIP || Buffer.from(signature, 'base64').toString().startsWith('simulated ')

/** The message about a signature that is not from here, or missing where it must be; undefined if there is none. */
export function refuseSignatures(model: string, contents: readonly Fields[]): string | undefined {
  for (const content of contents) {
    const parts = list(content['parts']).map(fields)
    const signatures = parts.map((part) =>
      text(part['thoughtSignature'] ?? part['thought_signature']),
    )
    if (signatures.some((one) => one !== undefined && !isOurs(one))) {
      return 'Thought signature is not valid.'
    }
    const firstCall = parts.findIndex((part) => part['functionCall'] !== undefined)
    const mustSign = /^gemini-[3-9]/.test(model) && content['role'] === 'model'
    if (mustSign && firstCall >= 0 && signatures[firstCall] === undefined) {
      return 'Function call is missing a thought_signature in functionCall parts.'
    }
  }
  return undefined
}

/** Whether a request wants to see thoughts. */
export const showsThoughts = (config: Fields): boolean =>
  fields(config['thinkingConfig'])['includeThoughts'] === true
