import { readdirSync, readFileSync } from 'node:fs'

/** Fields of /proc/<pid>/stat after the command's name, which may hold spaces. */
const statOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')

/** CPU time that all threads of a process have used so far, in microseconds; the kernel counts it in nanoseconds. */
export function cpuUs(pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [onCpu] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
    nanoseconds += Number(onCpu)
  }
  return nanoseconds / 1000
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
