import { parseArgs } from 'node:util'
import { classify } from '../../src/classifier/classify.ts'
import type { Command } from '../demarc.ts'
import { litellm } from '../eval/baselines/litellm.ts'
import { loadPackages } from '../eval/baselines/packages.ts'
import { calibrate } from '../eval/calibration.ts'
import { compare } from '../eval/compare.ts'
import { measureEvasion } from '../eval/evasion.ts'
import {
  describeCalibration,
  describeComparisons,
  describeEvasion,
  describeRouting,
  describeSessions,
  describeSet,
  describeSpeed,
} from '../eval/report.ts'
import { measureNames, measureRouting } from '../eval/routing.ts'
import { Scorer, type SetScore, type Verdict } from '../eval/score.ts'
import { isBareNumbers, readSets, type EvalSet } from '../eval/sets.ts'
import { measureSessions } from '../eval/sessions.ts'
import { envelopeOfText, measureAdversaries, measureSpeed } from '../eval/speed.ts'
import { healthyWorld } from '../lib/offline-world.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'
import { readPolicy } from '../lib/policy-files.ts'

const USAGE = `demarc eval classifier --data DIR   how much the classifier finds, and how often it is wrong

  --data DIR        folder with dev/*.jsonl[.gz] and negatives/*.jsonl
  --set NAME        only this set; may be given several times
  --code DIR        published source code; may be given several times: sessions of a coding agent that reads it
  --no-speed        leave out the timings
  --baselines       the same texts by other tools: LiteLLM's patterns as it describes them, and redact-pii,
                    @openai/guardrails and openredaction, which npm puts into a temporary folder (two minutes)
  --json            one line of JSON instead of tables

For each set: recall and precision by documents, marks and words; false alarms; levels; why marks were missed. Then
calibration, what is still found in eleven disguises, where texts would go under policies/ if a closed model were
asked for, other tools on request, and speed. No text is printed.`

export const evalCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        set: { type: 'string', multiple: true, default: [] },
        'no-speed': { type: 'boolean', default: false },
        code: { type: 'string', multiple: true, default: [] },
        baselines: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    if (positionals.join() !== 'classifier' || values.data === undefined) throw new Error(USAGE)
    const sets = readSets(values.data, values.set)
    if (sets.length === 0) throw new Error('--set: no such set in the folder of --data')
    const scored = sets.map(scoreSet)
    const calibrations = calibrate(scored.flatMap(({ verdicts }) => verdicts))
    const bundle = await readPolicy(POLICIES_DIRECTORY)
    const routing = measureRouting(sets, bundle, healthyWorld(bundle, Date.now()))
    const sessions = measureSessions(values.code, bundle, Date.now())
    const names = measureNames(sets, bundle, Date.now())
    const evasion = measureEvasion(sets.filter(({ name }) => !isBareNumbers(name)))
    const speed = values['no-speed'] ? undefined : speedOf(sets)
    const comparisons = values.baselines
      ? await compare(sets, [litellm, ...(await loadPackages())])
      : []
    if (values.json) {
      console.log(
        toJson({
          sets: scored.map(({ score }) => score),
          calibrations,
          evasion,
          routing,
          names,
          speed,
          comparisons,
        }),
      )
      return 0
    }
    for (const { score } of scored) console.log(`${describeSet(score)}\n`)
    if (calibrations.length > 0) console.log(`${describeCalibration(calibrations)}\n`)
    if (evasion.some(({ kinds }) => Object.keys(kinds).length > 0)) {
      console.log(`${describeEvasion(evasion)}\n`)
    }
    if (routing.length > 0) console.log(`${describeRouting(routing, names)}\n`)
    if (sessions.length > 0) console.log(`${describeSessions(sessions)}\n`)
    if (comparisons.length > 0) console.log(`${describeComparisons(comparisons)}\n`)
    if (speed !== undefined) console.log(describeSpeed(speed.speeds, speed.adversaries))
    return 0
  },
}

/** Classifies every row of the set. */
export function scoreSet(set: EvalSet): { score: SetScore; verdicts: readonly Verdict[] } {
  const scorer = new Scorer(set)
  for (const row of set.rows) {
    const { findings, label } = classify(envelopeOfText(row.text))
    scorer.add(row, findings, label.scan === 'complete' ? label.level : label.scan)
  }
  return { score: scorer.score, verdicts: scorer.verdicts }
}

function speedOf(sets: readonly EvalSet[]) {
  const texts = sets.flatMap(({ rows }) => rows.map(({ text }) => text))
  return {
    speeds: [measureSpeed(texts, 4_000, 4_000), measureSpeed(texts, 100_000, 200)],
    adversaries: measureAdversaries(),
  }
}

const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    member instanceof Map ? Object.fromEntries(member) : member,
  )
