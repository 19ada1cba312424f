/** Words that the whole page shares. Texts of targets and objects come out safe to show. */
import type { HistoryPath } from '../../history/types.ts'
import { visible } from '../../report/visible.ts'
import { span, titleOf } from '../../report/window-words.ts'
import type { PathState } from './documents.ts'

/** `NodePort http 10.0.0.11:30123 (node-1)` */
export const pathName = (path: PathState | HistoryPath): string => titleOf(path as HistoryPath)

/** Names of paths by their ids; of one that is not known any more the id. */
export function namesOf(paths: readonly PathState[]): (id: string) => string {
  const names = new Map(paths.map((path) => [path.id, pathName(path)]))
  return (id) => names.get(id) ?? visible(id)
}

/** `2 h 5 min`, to the minute where it is long. */
export const forHowLong = (from: string, to: string): string => span(Math.max(0, Date.parse(to) - Date.parse(from)))
