/**
 * Plans the steps after which a server has the schedules of a file. It is pure, so that what is shown is what is done.
 *
 * @module
 */
import type { Schedule } from '../../../client/schema.ts'
import type { Fields } from '../../../record/audit.ts'
import { settingsTold } from '../../../schedule/told.ts'
import { DEFAULT_CLUSTER, type Wanted, type Work } from './wanted.ts'

/** A schedule as it is on the server, with the `ETag` of that version. */
export type Current = { schedule: Schedule; etag: string }

/** A field, and what it is on either side; `undefined`: it is not there. */
export type FieldChange = { field: string; before: unknown; after: unknown }

export type Step =
  | { do: 'create'; wanted: Wanted }
  | { do: 'change'; wanted: Wanted; current: Current; changes: readonly FieldChange[] }
  /** Nothing that is shown differs, and the server alone sees the rest. */
  | { do: 'compare'; wanted: Wanted; current: Current }
  | { do: 'nothing'; wanted: Wanted; current: Current }
  | { do: 'delete'; current: Current }
  /** Is not in the file any more, or is there twice, and stays: nobody has said that it goes. */
  | { do: 'leave'; current: Current }

/** Somebody else has a schedule of that name, and it is not clear that it is meant. */
export type Conflict = { name: string; id: string }

export type Plan = { steps: readonly Step[]; conflicts: readonly Conflict[] }

/**
 * @param owned of this owner.
 * @param others those of the same names that are not.
 */
export function planApply(
  wanted: readonly Wanted[],
  owned: readonly Current[],
  others: readonly Current[],
  { prune, adopt }: { prune: boolean; adopt: boolean },
): Plan {
  const taken = new Set<string>()
  const conflicts: Conflict[] = []
  const kept = wanted.flatMap((one): Step[] => {
    const current = oldest(owned, one.name) ?? oldest(others, one.name)
    if (current === null) {
      return [{ do: 'create', wanted: one }]
    }
    if (!owned.includes(current) && !adopt) {
      conflicts.push({ name: one.name, id: current.schedule.id })
      return []
    }
    taken.add(current.schedule.id)
    return [stepFor(one, current)]
  })
  const rest = owned.filter(({ schedule }) => !taken.has(schedule.id))
  return {
    steps: [...kept, ...rest.map((current): Step => ({ do: prune ? 'delete' : 'leave', current }))],
    conflicts,
  }
}

/** Ids grow with time. Two of one name come of two that apply at once; each of them keeps the same one. */
function oldest(list: readonly Current[], name: string): Current | null {
  const named = list.filter(({ schedule }) => schedule.name === name)
  return named.reduce<Current | null>(
    (first, each) => (first === null || each.schedule.id < first.schedule.id ? each : first),
    null,
  )
}

function stepFor(wanted: Wanted, current: Current): Step {
  const { schedule } = current
  const changes = [
    ...changesOf(sorted({ ...settingsTold(schedule) }), sorted({ ...wanted.settings })),
    ...workChanges(wanted.work, { job: schedule.job, batch: schedule.batch } as unknown as Work),
  ]
  if (changes.length > 0) {
    return { do: 'change', wanted, current, changes }
  }
  return { do: wanted.unseen.length > 0 || leavesOpen(wanted.work) ? 'compare' : 'nothing', wanted, current }
}

function workChanges(wanted: Work, current: Work): FieldChange[] {
  const [before, after] = [workIn(current), workIn(wanted)]
  const [was, is] = [nameOf(current), nameOf(wanted)]
  if (was !== is || before === null || after === null) {
    return [{ field: 'asks for', before: was, after: is }]
  }
  const filled = { ...after, target: filledIn(after.target, before.target) }
  return changesOf(sorted({ ...before }), sorted(filled)).map((change) => ({
    ...change,
    field: `${is}.${change.field}`,
  }))
}

/** Fills in what the server decides where a target leaves it open, as that is no difference to the file. */
const filledIn = (wanted: Fields, current: Fields): Fields =>
  Object.fromEntries(
    Object.entries(wanted).map(([name, value]) => [
      name,
      value === null || value === DEFAULT_CLUSTER ? (current[name] ?? value) : value,
    ]),
  )

const nameOf = ({ job }: Work): 'job' | 'batch' => (job === null ? 'batch' : 'job')

const workIn = ({ job, batch }: Work) => job ?? batch

const leavesOpen = (work: Work): boolean => {
  const { cluster, namespace, service } = workIn(work)?.target ?? {}
  return cluster === DEFAULT_CLUSTER || (work.job !== null && (namespace === null || service === null))
}

/** The fields that this program knows: a server that is newer has others, too. */
const changesOf = (before: Fields, after: Fields): FieldChange[] =>
  Object.keys(after).flatMap((field) =>
    JSON.stringify(before[field]) === JSON.stringify(after[field])
      ? []
      : [{ field, before: before[field], after: after[field] }],
  )

/** The order in which somebody has written the fields of an object is no difference. */
function sorted(value: Fields): Fields
function sorted(value: unknown): unknown
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => sorted(each))
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, each]) => [name, sorted(each)]),
      )
    : value
}
