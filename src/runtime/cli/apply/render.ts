import { visible } from '../../../report/visible.ts'
import { quotedShort } from '../../placed-yaml.ts'
import type { Done } from './carry-out.ts'
import type { Conflict, FieldChange, Step } from './plan.ts'

const SIGNS: Readonly<Record<Step['do'], string>> = {
  create: '+ create ',
  change: '~ change ',
  compare: '? compare',
  nothing: '= same   ',
  delete: '- delete ',
  leave: '! leave  ',
}

const nameOf = (step: Step): string => ('wanted' in step ? step.wanted.name : step.current.schedule.name)

/** Renders the plan: a line for each schedule, and one for each field that changes. */
export function renderPlan(steps: readonly Step[]): string {
  const names = steps.map((step) => quotedName(nameOf(step)))
  const width = Math.max(0, ...names.map((name) => name.length))
  return steps
    .map(
      (step, at) =>
        `  ${SIGNS[step.do]} ${(names[at] ?? '').padEnd(width)}  ${detailOf(step)}`.trimEnd() + changesOf(step),
    )
    .join('\n')
}

const quotedName = (name: string): string => JSON.stringify(visible(name))

function detailOf(step: Step): string {
  switch (step.do) {
    case 'create': {
      const { settings, work } = step.wanted
      const target = (work.job ?? work.batch)?.target
      const about = [target?.namespace, target?.service].filter(Boolean).join('/')
      return visible([settings.cron, about].filter(Boolean).join(', '))
    }
    case 'compare':
      return `nothing that is shown; the server compares ${visible(step.wanted.unseen.join(', ') || 'the target')}`
    case 'delete':
      return step.current.schedule.id
    case 'leave':
      return `${step.current.schedule.id} is not in the file; --prune deletes it`
    case 'change':
    case 'nothing':
      return step.current.schedule.id
  }
}

const changesOf = (step: Step): string =>
  step.do === 'change' ? step.changes.map((change) => `\n      ${changeLine(change)}`).join('') : ''

const changeLine = ({ field, before, after }: FieldChange): string =>
  `${visible(field)}: ${shown(before)} → ${shown(after)}`

const shown = (value: unknown): string => (value === undefined ? '(none)' : quotedShort(JSON.stringify(value)))

export const renderConflicts = (conflicts: readonly Conflict[]): string =>
  conflicts
    .map(
      ({ name, id }) =>
        `There is a schedule ${quotedName(name)} (${id}) that this owner has not made. --adopt takes it over; or give yours another name.`,
    )
    .join('\n')

/** Renders one step that has been done as a line. */
export const renderDone = ({ did, name, id, problem }: Done): string =>
  `${did.padEnd('unchanged'.length)} ${quotedName(name)}${id === null ? '' : `  ${id}`}${problem === null ? '' : `: ${visible(problem)}`}`

const ORDER: readonly Done['did'][] = ['created', 'changed', 'unchanged', 'deleted', 'left', 'failed']

/** `3 schedules: 1 created, 2 unchanged.` */
export function renderSummary(done: readonly Done[]): string {
  const counts = ORDER.flatMap((did) => {
    const count = done.filter((each) => each.did === did).length
    return count === 0 ? [] : [`${count} ${did}`]
  })
  return counts.length === 0 ? 'There is nothing to do.' : `${counts.join(', ')}.`
}
