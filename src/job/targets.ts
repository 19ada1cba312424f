import type { Plan } from '../plan/path.ts'

/**
 * Lists what a job dials: address (or name) and port of each path that is tried. Two jobs with the same target wait for
 * the same peer.
 */
export const targetsOf = (plan: Plan | null): ReadonlySet<string> =>
  new Set(
    (plan?.paths ?? [])
      .filter(({ skipped }) => skipped === null)
      .map(({ address, addressPort, dns }) => `${address ?? dns?.name ?? ''} ${addressPort ?? ''}`),
  )
