/** Paths tell about the pods behind them. */
import { addressOf, isEndpoint, type SeenPath } from '../seen.ts'

/** `Pod/toad-1 at 10.244.1.5:8080 (unexpected_status 503)`: the name where the objects tell it. */
export function endTold(each: SeenPath): string {
  const { path, code, result, tries, failed } = each
  const status = code === 'unexpected_status' ? ` ${result?.http?.status ?? ''}` : ''
  const times = tries > 1 ? `, ${failed} of ${tries} tries` : ''
  const at = addressOf(each)
  return `${path.pod === undefined ? at : `Pod/${path.pod} at ${at}`} (${code}${status}${times})`
}

export const atPods = (ends: readonly SeenPath[]): boolean => ends.some(isEndpoint)

/** Seen at the pods themselves, it is theirs; by way of something else, it may be that of what is between. */
export const sure = (ends: readonly SeenPath[]): 'likely' | 'possible' => (atPods(ends) ? 'likely' : 'possible')
