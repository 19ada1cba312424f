import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

/** Tells this life of a process id from an earlier one: in a container it is always 1. */
const LIFE = randomUUID()

/** The name of this process in leases. */
export const OWNER = `${process.pid}/${LIFE}@${hostname()}`

/** Tells whether a process is known to be gone: it was of this host, and its process id is free, or is ours now. */
export function isDeadOwner(owner: string): boolean {
  const [, pid, life, host] = /^([1-9]\d*)\/([^@]+)@(.*)$/.exec(owner) ?? []
  if (host !== hostname() || life === LIFE) {
    return false
  }
  return Number(pid) === process.pid || !isAlive(Number(pid))
}

/** Tells whether a process of this host has that number. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
