/** Words about jobs that their pages share. */
import type { Batch, JobHead } from '../../client/schema.ts'
import { visible } from '../../report/visible.ts'
import type { StateName } from '../parts/state.tsx'

type Judged = Pick<JobHead, 'status' | 'verdict'>

/** Tells whether nothing more will happen to it. */
export const hasEnded = ({ status }: Pick<JobHead, 'status'>): boolean =>
  status === 'finished' || status === 'cancelled'

/** A job, a batch or a comparison as a state with its word. */
export function stateOf({ status, verdict }: Judged): { of: StateName; text?: string } {
  if (verdict !== null) {
    return { of: verdict }
  }
  return status === 'cancelled'
    ? { of: 'cancelled' }
    : status === 'queued'
      ? { of: 'running', text: 'Queued' }
      : { of: 'running' }
}

/** The same as a word alone, as for the title of a page. */
export const stateWord = ({ status, verdict }: Judged): string => {
  const word = verdict ?? status
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

/** Says what the verdict of a job tells about the Service, and what it does not tell. */
export function verdictWords({
  status,
  verdict,
  problem,
  summary,
}: Judged & Pick<JobHead, 'problem' | 'summary'>): string {
  if (problem !== null) {
    return 'This job could not be done. That says nothing about the Service.'
  }
  if (status !== 'finished') {
    return {
      queued: 'It waits for its turn.',
      running: 'Its paths are being tried.',
      cancelled: 'It was cancelled: there is no verdict. What was recorded until then stays.',
    }[status]
  }
  switch (verdict) {
    case 'pass':
      return 'Every path that was tested does what its objects promise.'
    case 'fail':
      return summary.fail === 0
        ? 'Each path by itself is fine, but not what the job expects of all of them.'
        : `${summary.fail} of ${summary.pass + summary.fail} checks that were made failed.`
    case 'error':
      return 'Portolan itself failed at some of it. That says nothing about the Service.'
    default:
      return 'No path could be tested from here, so nothing is known of the Service.'
  }
}

export const targetName = ({ namespace, service }: { namespace: string; service: string }): string =>
  visible(`${namespace}/${service}`)

/** `app=toad, team=shop`. */
export const labelsInWords = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => visible(`${name}=${value}`))
    .join(', ')

type Selection = Batch['target']

export const namespacesInWords = (namespaces: Selection['namespaces']): string =>
  namespaces === '*' ? 'all' : visible(namespaces.join(', '))

/** Which Services of its namespaces a batch has; empty: all of them. */
export const selectorInWords = ({ selector }: Selection): string =>
  typeof selector === 'string' ? visible(selector) : labelsInWords(selector)
