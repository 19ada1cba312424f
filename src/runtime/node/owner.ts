import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

/** Tells this life of a process id from an earlier one: in a container it is always 1. */
const LIFE = randomUUID()

/** How this process calls itself in leases. */
export const OWNER = `${process.pid}/${LIFE}@${hostname()}`

/** Whether the process that calls itself so is known to be gone: of this host, and its process id is free, or ours. */
export function isDeadOwner(owner: string): boolean {
  const [, pid, life, host] = /^([1-9]\d*)\/([^@]+)@(.*)$/.exec(owner) ?? []
  if (host !== hostname() || life === LIFE) {
    return false
  }
  return Number(pid) === process.pid || !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
