import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import type { Absent, Baseline } from './baseline.ts'

const INSTALL_MS = 300_000

type Package = {
  readonly name: string
  readonly version: string
  /** Makes a baseline of what the package exports; throws if it exports something else. */
  readonly baselineOf: (exported: unknown, name: string) => Baseline
}

const Redactor = z.object({ redact: z.custom<(text: string) => string>(isFunction) })
const Detection = z.object({ detections: z.array(z.object({ type: z.string() })) })
const Entities = z.object({
  info: z.object({ detected_entities: z.record(z.string(), z.unknown()).nullish() }),
})

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** Looks a member up in a module or in what its default export is. */
function member(exported: unknown, name: string): unknown {
  const Module = z.object({ default: z.record(z.string(), z.unknown()).optional() }).loose()
  const module = Module.parse(exported)
  return module[name] ?? module.default?.[name]
}

const Constructor = z.custom<new () => object>(isFunction)
const Callable = z.custom<(...given: readonly unknown[]) => unknown>(isFunction)

const PACKAGES: readonly Package[] = [
  {
    name: 'redact-pii',
    version: '3.4.0',
    baselineOf: (exported, name) => {
      const made = new (Constructor.parse(member(exported, 'SyncRedactor')))()
      const redactor = Redactor.parse({
        redact: (text: string) =>
          String(
            Callable.parse(z.object({ redact: z.unknown() }).parse(made).redact).call(made, text),
          ),
      })
      const words =
        /\b(?:CREDIT_CARD_NUMBER|EMAIL_ADDRESS|PHONE_NUMBER|PERSON_NAME|STREET_ADDRESS|US_SOCIAL_SECURITY_NUMBER|IP_ADDRESS|URL|USERNAME|PASSWORD|CREDENTIALS|ZIPCODE|DIGITS)\b/g
      return { name, kindsIn: (text) => named(redactor.redact(text).match(words) ?? []) }
    },
  },
  {
    name: '@openai/guardrails',
    version: '0.2.1',
    baselineOf: (exported, name) => {
      const check = Callable.parse(member(exported, 'pii'))
      const Config = z.object({ parse: z.custom<(value: unknown) => unknown>(isFunction) })
      const config = Config.parse(member(exported, 'PIIConfig')).parse({})
      return {
        name,
        kindsIn: async (text) => {
          const { info } = Entities.parse(await check({}, text, config))
          return named(Object.keys(info.detected_entities ?? {}))
        },
      }
    },
  },
  {
    name: 'openredaction',
    version: '1.1.5',
    baselineOf: (exported, name) => {
      const made = new (Constructor.parse(member(exported, 'OpenRedaction')))()
      const detect = Callable.parse(z.object({ detect: z.unknown() }).parse(made).detect)
      return {
        name,
        kindsIn: async (text) => {
          const { detections } = Detection.parse(await detect.call(made, text))
          return named(detections.map(({ type }) => type))
        },
      }
    },
  },
]

/** Their names for kinds begin or end so; what is not listed keeps its own name and counts as something found. */
const KINDS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/CARD/, 'card'],
  [/EMAIL/, 'email'],
  [/PHONE|FAX/, 'phone'],
  [/^(?:PERSON|NAME)|_NAME$/, 'person'],
  [/IBAN/, 'iban'],
  [/^(?:US_)?(?:SSN|SOCIAL)/, 'us_ssn'],
  [/^IP|IPV[46]/, 'ip'],
  [/STREET|ADDRESS|^LOCATION/, 'address'],
  [/PASSPORT/, 'passport'],
  [/DRIVER|DRIVING|LICEN[CS]E/, 'driver_license'],
  [/BANK|ROUTING|SWIFT|ACCOUNT/, 'bank_account'],
  [/KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|JWT/, 'secret'],
  [
    /ITIN|NHS|NINO|NIF|NIE|FISCAL|IDENTITY|PESEL|NRIC|TFN|MEDICARE|AADHAAR|^IN_PAN|VOTER|RRN|NATIONAL|TAX|_ID$/,
    'national_id',
  ],
]

const named = (names: readonly string[]): Promise<ReadonlySet<string>> =>
  Promise.resolve(
    new Set(names.map((one) => KINDS.find(([pattern]) => pattern.test(one))?.[1] ?? one)),
  )

/**
 * Puts the packages into a folder of their own, without running their install scripts, and loads them. Nothing of a text
 * leaves the process: those of their checks that would call somebody are not asked.
 */
export async function loadPackages(): Promise<readonly (Baseline | Absent)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'demarc-baselines-'))
  const wanted = PACKAGES.map(({ name, version }) => `${name}@${version}`)
  try {
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder]
    execFileSync('npm', ['install', ...flags, ...wanted], { timeout: INSTALL_MS, stdio: 'ignore' })
  } catch {
    return PACKAGES.map(({ name }) => ({ name, reason: 'could not be installed' }))
  }
  const { resolve } = createRequire(join(folder, 'none.js'))
  return Promise.all(
    PACKAGES.map(async ({ name, version, baselineOf }) => {
      const label = `${name} ${version}`
      try {
        const exported: unknown = await import(pathToFileURL(resolve(name)).href)
        return baselineOf(exported, label)
      } catch {
        return { name: label, reason: 'could not be loaded' }
      }
    }),
  )
}
