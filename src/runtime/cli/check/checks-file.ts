/**
 * `--checks FILE`: checks as the API has them. What is wrong in them the API says, and this where it stands.
 *
 * @module
 */
import type { JobRequest } from '../../../client/schema.ts'
import { type Given, givenPart } from '../given-parts.ts'
import type { Io } from '../io.ts'
import type { ClientSettings } from '../settings.ts'

export type Checks = Given

/** The file that is named; else what a file of settings has. `null`: nobody says any. */
export const checksOf = (
  io: Io,
  path: string | undefined,
  { checks }: Pick<ClientSettings, 'checks'>,
): Promise<Checks | null> => givenPart(io, 'checks', { checks, schedules: null }, path)

/** Whatever was read: only the API knows what a check may be. */
export const checksIn = ({ values }: Checks) => values as NonNullable<JobRequest['checks']>

/** Tells what is wrong with the checks, with lines of their file; null if any error is about something else. */
export function faultsInChecks(
  { placeOf }: Checks,
  errors: readonly { pointer: string; detail: string }[],
): string | null {
  const ofChecks = errors.filter(({ pointer }) => pointer.startsWith('/checks/'))
  if (ofChecks.length === 0 || ofChecks.length < errors.length) {
    return null
  }
  return ofChecks
    .map(({ pointer, detail }) => {
      const place = pointer.slice('/checks'.length)
      return `${placeOf(place)}: ${place.split('/').slice(2).join('.') || 'this check'}: ${detail}`
    })
    .join('\n')
}
