import { basename } from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { CLIENTS, MAKERS_FILE, renderMatrix, WIRES_WITHOUT_CLIENTS, type Ran } from './matrix.ts'

/** Prints, after all tests, which client was run over which wire, from what really ran. */
export class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = new Set([
      MAKERS_FILE,
      ...CLIENTS.flatMap(({ suites }) => suites.map(({ file }) => file)),
    ])
    const ran = modules
      .filter(({ moduleId }) => files.has(basename(moduleId)))
      .flatMap((module) => [...module.children.allTests()].map(ranOf))
    const missing = [...files].filter((file) => !ran.some((test) => test.file === file))
    // Of a run of a few files there is no matrix.
    if (missing.length > 0) return
    console.log(`\nclients × upstream wires, tests that passed:\n\n${renderMatrix(ran)}\n`)
    console.log('replicate has no words for tools: a request with them is refused by name\n')
    if (WIRES_WITHOUT_CLIENTS.length > 0) {
      console.log(`no client library is run over: ${WIRES_WITHOUT_CLIENTS.join(', ')}\n`)
    }
  }
}

function ranOf(test: TestCase): Ran {
  let suite: TestCase['parent'] = test.parent
  while (suite.type === 'suite' && suite.parent.type === 'suite') suite = suite.parent
  return {
    file: basename(test.module.moduleId),
    suite: suite.type === 'suite' ? suite.name : '',
    state: test.result().state,
  }
}
