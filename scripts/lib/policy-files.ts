import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { FIND_NAMES, unknownFinds } from '../../src/classifier/table.ts'
import { destinations } from '../../src/destinations/index.ts'
import { err, ok, type Result } from '../../src/domain/result.ts'
import { parseBundle } from '../../src/policy/bundle.ts'
import type { PolicyProblem } from '../../src/policy/problem.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { priceProblems } from '../../src/pricing/book.ts'
import { POLICY_FILES } from './policy-tables.ts'

/** Version of the bundle's shape that these files are written in. */
const BUNDLE_VERSION = 1

/** A problem with its place in the files: `file` and `line` are what an editor needs. */
export type FileProblem = PolicyProblem & { readonly file: string; readonly line: number }

type PolicyFile = {
  readonly file: string
  readonly document: Document
  readonly lines: LineCounter
}

/** The YAML files of a folder as one bundle value, not yet validated. @throws Error naming file, line and the accepted form. */
export async function loadPolicyFiles(dir: string): Promise<unknown> {
  return toBundle(await readPolicyFiles(dir))
}

/** Reads and validates the files of a folder. @throws Error if a file is missing or is no YAML. */
export async function readBundle(dir: string): Promise<Result<Bundle, readonly FileProblem[]>> {
  const files = await readPolicyFiles(dir)
  const parsed = parseBundle(toBundle(files), Object.keys(destinations))
  if (!parsed.ok) return err(parsed.error.map((problem) => locate(problem, files)))
  const prices = priceProblems(parsed.value.prices).map((problem) =>
    locate({ path: ['prices'], rule: null, problem }, files),
  )
  const problems = [
    ...prices,
    ...labelProblems(parsed.value).map((problem) => locate(problem, files)),
  ]
  return problems.length === 0 ? ok(parsed.value) : err(problems)
}

/** Rows of the label table that speak of something the classifier does not find: they would never count. */
const labelProblems = ({ labels }: Bundle): readonly PolicyProblem[] =>
  unknownFinds(labels.table).map(({ find, index }) => ({
    path: ['labels', 'table', 'findings', index, 'find'],
    rule: find,
    problem: `the classifier finds no ${find}; accepted are ${FIND_NAMES.join(', ')}`,
  }))

/** A folder of policy files, or a bundle in one JSON file, validated. @throws Error if it cannot be read. */
export async function checkPolicy(path: string): Promise<Result<Bundle, readonly FileProblem[]>> {
  if (await isFolder(path)) return await readBundle(path)
  const json: unknown = JSON.parse(await readFile(path, 'utf8'))
  const parsed = parseBundle(json, Object.keys(destinations))
  return parsed.ok
    ? parsed
    : err(parsed.error.map((problem) => ({ ...problem, file: basename(path), line: 1 })))
}

/** The same for those who need a policy that is whole. @throws Error with all its problems. */
export async function readPolicy(path: string): Promise<Bundle> {
  const checked = await checkPolicy(path)
  if (!checked.ok) throw new Error(checked.error.map(formatProblem).join('\n'))
  return checked.value
}

export const isFolder = async (path: string): Promise<boolean> => (await stat(path)).isDirectory()

/** One line for people: `guardrails.yaml:12 no-training: unknown key lable`. */
export const formatProblem = ({ file, line, rule, path, problem }: FileProblem): string =>
  `${file}:${line} ${rule === null ? '' : `${rule}: `}${path.slice(2).join('.')}${path.length > 2 ? ': ' : ''}${problem}`

async function readPolicyFiles(dir: string): Promise<readonly PolicyFile[]> {
  return await Promise.all(
    Object.keys(POLICY_FILES).map(async (name) => await readPolicyFile(dir, `${name}.yaml`)),
  )
}

async function readPolicyFile(dir: string, file: string): Promise<PolicyFile> {
  const lines = new LineCounter()
  const text = await readFile(await placeOf(dir, file), 'utf8')
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', uniqueKeys: true })
  const [error] = document.errors
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0])
    throw new Error(`${file}:${line} is not YAML: ${error.code}; accepted is YAML 1.2`)
  }
  return { file, document, lines }
}

/** A template (`templates/NAME`) holds rules only: the catalogue is that of the policy which the templates lie in. */
async function placeOf(dir: string, file: string): Promise<string> {
  const own = join(dir, file)
  const isTemplate = basename(dirname(resolve(dir))) === 'templates'
  if (!isTemplate || (await stat(own).catch(() => undefined)) !== undefined) return own
  return join(dir, '../..', file)
}

/** Every file is a mapping of tables; together they are the bundle. */
function toBundle(files: readonly PolicyFile[]): unknown {
  const bundle: Record<string, unknown> = { version: BUNDLE_VERSION }
  for (const { file, document } of files) {
    const content: unknown = document.toJS()
    const accepted: readonly string[] = POLICY_FILES[file.replace('.yaml', '')] ?? []
    if (typeof content !== 'object' || content === null || Array.isArray(content))
      throw new Error(`${file}:1 must be a mapping of ${accepted.join(' and ')}`)
    for (const [table, value] of Object.entries(content)) {
      if (!accepted.includes(table))
        throw new Error(`${file}: unknown table ${table}; accepted is ${accepted.join(' and ')}`)
      bundle[table] = value
    }
  }
  return bundle
}

/** Finds the deepest part of a problem's path that the file has. */
function locate(problem: PolicyProblem, files: readonly PolicyFile[]): FileProblem {
  const table = String(problem.path[0] ?? '')
  const home =
    Object.entries(POLICY_FILES).find(([, tables]) => tables.some((one) => one === table))?.[0] ??
    table
  const found = files.find(({ file }) => file === `${home}.yaml`)
  const paths = problem.path.map((_, at) => problem.path.slice(0, problem.path.length - at))
  for (const path of paths) {
    const node: unknown = found?.document.getIn(path, true)
    if (found !== undefined && isNode(node) && node.range) {
      return { ...problem, file: found.file, line: found.lines.linePos(node.range[0]).line }
    }
  }
  return { ...problem, file: found?.file ?? `${home}.yaml`, line: 1 }
}
