import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second of /proc, the same on every Linux that Node runs on. */
const TICKS_PER_S = 100

/** Fields of /proc/<pid>/stat after the command's name, which may hold spaces. */
const statOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')

/** CPU time that a process has used so far, user and system, in microseconds. */
export function cpuUs(pid: number): number {
  const fields = statOf(pid)
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / TICKS_PER_S
}

/** Ids of the workerd processes that this process has started. */
export function workerdPids(): Set<number> {
  const pids = new Set<number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    try {
      const isChild = Number(statOf(pid)[1]) === process.pid
      if (isChild && readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('workerd')) pids.add(pid)
    } catch {
      continue // it ended meanwhile
    }
  }
  return pids
}
