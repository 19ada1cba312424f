import type { Unread } from '../kube/object-source.ts'
import { unreadText } from '../plan/unread.ts'
import type { Cause } from './rule.ts'

const LESS = { certain: 'likely', likely: 'possible', possible: 'possible' } as const

/**
 * Makes a cause less sure that rests on an absence which was not seen, and says what was not read. Without anything
 * unread it stays as it is.
 *
 * @param unread what might have objects that speak against it.
 */
export function unsure<T extends Pick<Cause, 'confidence' | 'detail'>>(cause: T, ...unread: (Unread | null)[]): T {
  const told = [...new Set(unread.flatMap((each) => (each === null ? [] : unreadText(each))))]
  return told.length === 0
    ? cause
    : {
        ...cause,
        confidence: LESS[cause.confidence],
        detail: `${cause.detail} ${told.join('; ')}, so this may not be all.`,
      }
}
