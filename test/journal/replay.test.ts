import fc from 'fast-check'
import { expect, test } from 'vitest'
import { replay } from '../../src/journal/replay.ts'
import { emptyState, type JournalState } from '../../src/journal/state.ts'
import { run, steps } from './histories.ts'
import { MemoryJournal } from './harness.ts'

const comparable = ({ head, posted, balances, reservations, concurrency }: JournalState) => ({
  head,
  posted,
  balances,
  reservations,
  concurrency,
})

test('replaying the entries gives the state that wrote them, whatever happened', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const journal = new MemoryJournal()
      run(journal, history)
      const replayed = emptyState()
      for (const entry of journal.written) replay(replayed, entry)
      expect(comparable(replayed)).toEqual(comparable(journal.state))
    }),
    { numRuns: 200 },
  )
})
