import { parseArgs } from 'node:util'
import type { Command } from '../demarc.ts'

const USAGE = `demarc train tagger|heads|calibration --data DIR [--seed N] [--without ID]   makes the classifier's weights anew

  --data DIR   folder with train/ as docs/models/ describes it
  --seed N     the same seed and data give the same weights; default: 1
  --without ID leaves out rows whose id begins so, to measure on that source; may be given several times

Writes src/classifier/weights/*.ts.`

export const trainCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        seed: { type: 'string', default: '1' },
        without: { type: 'string', multiple: true, default: [] },
      },
    })
    const seed = Number(values.seed)
    if (values.data === undefined || !Number.isSafeInteger(seed)) throw new Error(USAGE)
    switch (positionals.join()) {
      case 'tagger':
        ;(await import('../train/tagger.ts')).trainTagger(values.data, seed)
        return 0
      case 'heads':
        ;(await import('../train/heads.ts')).trainHeads(values.data, seed, values.without)
        return 0
      case 'calibration':
        ;(await import('../train/calibration.ts')).fitCalibration(values.data)
        return 0
      default:
        throw new Error(USAGE)
    }
  },
}
