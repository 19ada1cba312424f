/** Groups of processes that may have so much memory, as containers are; cgroups of Linux, v1 or v2, wherever mounted. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type MemoryCgroup = {
  /** A command that puts what follows it into the group. */
  within: readonly string[]
  /** Bytes: what the processes have for themselves, and all that is charged to the group, files' pages included. */
  figures(): { own: number; charged: number; most: number; killed: number }
  /** Succeeds only once its processes have ended. */
  remove(): void
}

type Version = {
  /** The line of `/proc/self/cgroup` that is about it. */
  line: RegExp
  root: string
  limit: string
  charged: string
  most: string
  /** The line of `memory.stat`. */
  own: RegExp
  kills: string
}

const VERSIONS: readonly Version[] = [
  {
    line: /^0::(.*)$/m,
    root: '/sys/fs/cgroup',
    limit: 'memory.max',
    charged: 'memory.current',
    most: 'memory.peak',
    own: /^anon (\d+)$/m,
    kills: 'memory.events',
  },
  {
    line: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m,
    root: '/sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    charged: 'memory.usage_in_bytes',
    most: 'memory.max_usage_in_bytes',
    own: /^total_rss (\d+)$/m,
    kills: 'memory.oom_control',
  },
]

/** Makes a group below this process's own, or below the root; or says why there is none. */
export function makeMemoryCgroup(limitBytes: number): MemoryCgroup | { obstacle: string } {
  const own = readFileSync('/proc/self/cgroup', 'utf8')
  const obstacles: string[] = []
  for (const version of VERSIONS) {
    const path = version.line.exec(own)?.[1] ?? '/'
    for (const parent of new Set([join(version.root, path), version.root])) {
      const made = attempt(version, join(parent, `portolan-${process.pid}-${Date.now()}`), limitBytes)
      if (!('obstacle' in made)) {
        return made
      }
      obstacles.push(made.obstacle)
    }
  }
  return { obstacle: obstacles.join('; ') }
}

function attempt(version: Version, folder: string, limitBytes: number): MemoryCgroup | { obstacle: string } {
  try {
    mkdirSync(folder)
  } catch (error) {
    return { obstacle: error instanceof Error ? error.message : String(error) }
  }
  try {
    if (!existsSync(join(folder, version.limit))) {
      throw new Error(`${folder}: groups have no ${version.limit}`)
    }
    writeFileSync(join(folder, version.limit), String(limitBytes))
  } catch (error) {
    rmdirSync(folder)
    return { obstacle: error instanceof Error ? error.message : String(error) }
  }
  const read = (file: string): string =>
    existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : ''
  return {
    within: ['/bin/sh', '-c', 'echo $$ >"$0"/cgroup.procs && exec "$@"', folder],
    figures: () => ({
      own: Number(version.own.exec(read('memory.stat'))?.[1] ?? Number.NaN),
      charged: Number(read(version.charged)),
      most: Number(read(version.most) || Number.NaN),
      killed: Number(/^oom_kill (\d+)$/m.exec(read(version.kills))?.[1] ?? Number.NaN),
    }),
    remove: () => rmdirSync(folder),
  }
}
