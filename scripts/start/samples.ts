/** One request that `npm start` sends, and what must become of it with the default policy. */
export type Sample = {
  readonly name: string
  readonly prompt: string
  readonly expected: Expected
}

/** By which route to which zone, or by which rule nowhere. */
type Expected =
  | { readonly route: string; readonly zone: 'third-party' | 'own' }
  | { readonly forbiddenBy: string }

// Put together here, so that nobody's scanner takes this file for a leak.
const BEGIN_KEY = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')
const END_KEY = ['-----END', 'PRIVATE KEY-----'].join(' ')

/**
 * Five requests whose data differ, about invented people: example.com is reserved for examples (RFC 2606), 030 23125 for
 * fiction (Bundesnetzagentur), and the card number is one that payment providers publish for tests.
 */
export const SAMPLES: readonly Sample[] = [
  {
    name: 'public question',
    prompt: 'Why is the sky blue, and why are sunsets red? Two sentences, please.',
    expected: { route: 'everything-else', zone: 'third-party' },
  },
  {
    name: 'customer e-mail',
    prompt: [
      'Draft a friendly answer to this e-mail:',
      '',
      'From: Erika Mustermann <erika.mustermann@example.com>',
      'My order arrived damaged. Please call me at +49 30 23125 123.',
      'Erika Mustermann, Heidestraße 17, 51147 Köln',
    ].join('\n'),
    expected: { route: 'personal-data', zone: 'third-party' },
  },
  {
    name: 'card number',
    prompt: 'A customer paid twice with card 4111 1111 1111 1111, valid to 12/29. What do I do?',
    expected: { route: 'cards', zone: 'own' },
  },
  {
    name: 'patient note',
    prompt: [
      'Summarise for the referral letter:',
      'Patient name: Max Mustermann, MRN 00417. Chief complaint: chest pain since this morning.',
      'The patient was admitted; he denies shortness of breath. Type 2 diabetes, on metformin 1000 mg.',
    ].join('\n'),
    expected: { route: 'health', zone: 'own' },
  },
  {
    name: 'private key',
    prompt: [
      'Why does ssh refuse this key?',
      BEGIN_KEY,
      'bm90IGEga2V5LCBqdXN0IGEgc2FtcGxlIGZvciBkZW1hcmMgbnBtIHN0YXJ0Lg==',
      END_KEY,
    ].join('\n'),
    expected: { forbiddenBy: 'secrets-go-nowhere' },
  },
]
