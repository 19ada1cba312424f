/** Between the last try of a job and its end, a diagnosis may want to know more: control probes. */
import { type Control, controlId } from '../check/control.ts'
import { type Result, type Telling, type Tried, tellingOf } from '../check/result.ts'
import type { Store } from '../store/db.ts'
import { readTelling } from '../store/tried.ts'

/** `known`: recorded by a run before this one, and not asked again. */
export type WantedControls = { known: readonly Telling[]; missing: readonly Control[] }

/**
 * @param controls what the diagnosis wants.
 * @param recorded all that the job had recorded before; of its controls those that are wanted are read.
 */
export async function controlsOf(
  store: Store,
  jobId: string,
  controls: readonly Control[],
  recorded: readonly Tried[],
): Promise<WantedControls> {
  const wanted = new Map(controls.map((control) => [controlId(jobId, control), control]))
  const before = recorded.filter(({ id }) => wanted.has(id))
  if (before.length === 0) {
    return { known: [], missing: [...wanted.values()] }
  }
  const known = await readTelling(store, jobId, before)
  return {
    known: [...known.values()],
    missing: [...wanted].flatMap(([id, control]) => (known.has(id) ? [] : [control])),
  }
}

/** Adds those that were made now. */
export const withMade = ({ known }: WantedControls, made: readonly Result[]): readonly Telling[] => [
  ...known,
  ...made.map(tellingOf),
]
