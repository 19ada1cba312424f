/** The paths of a job that has not ended: a row each, which the script `job.js` keeps current. */
import type { JobReport, ReportedPath } from '../../report/job-document.ts'
import { pathTitle } from '../../report/phrases.ts'
import { State, type StateName } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'

/** Every state that a row may take on, for the script to copy. */
const STATES = ['pass', 'fail', 'error', 'skipped', 'waiting'] as const

const stateOf = (outcome: (typeof STATES)[number]): { of: StateName; text?: string } =>
  outcome === 'waiting' ? { of: 'running', text: 'Under way' } : { of: outcome }

export function LiveRows({ report }: { report: JobReport }) {
  const { paths } = report
  const decided = paths.filter(({ outcome }) => outcome !== null).length
  return (
    <>
      <p id="progress" data-decided={decided} data-paths={paths.length}>
        <progress value={decided} max={Math.max(1, paths.length)} aria-label="Paths decided" />{' '}
        <span id="progress-words">{progressWords(paths)}</span>
      </p>
      {paths.length === 0 ? null : (
        <Table
          caption="Paths so far"
          columns={[{ head: 'Path' }, { head: 'Outcome' }, { head: 'Tries', isNumber: true }, { head: 'Last try' }]}
          rows={paths.map((path) => ({ id: path.id, cells: cellsOf(path) }))}
        />
      )}
      {STATES.map((outcome) => (
        <template id={`state-${outcome}`}>
          <State {...stateOf(outcome)} />
        </template>
      ))}
    </>
  )
}

const triesOf = ({ results }: ReportedPath) => results.filter(({ purpose }) => purpose === 'check')

function cellsOf(path: ReportedPath) {
  const tries = triesOf(path)
  const last = tries.at(-1)
  return [
    pathTitle(path),
    <span data-of="outcome">
      <State {...stateOf(path.outcome ?? 'waiting')} />
    </span>,
    <span data-of="tries">{tries.length}</span>,
    <span data-of="last">{last === undefined ? '–' : (last.failure?.code ?? last.outcome)}</span>,
  ]
}

/** As the script says it when it goes on. */
function progressWords(paths: readonly ReportedPath[]): string {
  const decided = paths.filter(({ outcome }) => outcome !== null).length
  const tries = paths.flatMap(triesOf)
  const failed = tries.filter(({ outcome }) => outcome === 'fail').length
  return `${decided} of ${paths.length} paths decided, ${tries.length} tries made, ${failed} failed.`
}
