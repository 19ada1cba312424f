import type { JobDocument, JobPathDocument } from '../../src/report/job-document.ts'

/** Tells what became of the paths of each kind: one word where all agree, else one for each path. */
export type Told = Readonly<Record<string, string | Readonly<Record<string, string>>>>

/**
 * A job as the columns of a table: names of the Service that are only resolved stand under `names`, hosts of Ingresses
 * under `hosts`, names that are dialled under `DNS`, all others under their kind. `pass`, a failure code, or why it was skipped with the code that was seen.
 */
export function told({ paths }: JobDocument): Told {
  const columns = Map.groupBy(paths, columnOf)
  return Object.fromEntries(
    [...columns].map(([column, of]) => {
      const words = of.map((path): [string, string] => [whichOf(path), outcomeOf(path)])
      const [first, ...others] = new Set(words.map(([, word]) => word))
      return [column, first !== undefined && others.length === 0 ? first : Object.fromEntries(words)]
    }),
  )
}

const columnOf = ({ kind, url, because }: JobPathDocument): string => {
  if (!url?.startsWith('dns:')) {
    return kind
  }
  return because.some((field) => field.startsWith('Ingress/')) ? 'hosts' : 'names'
}

/** Every path with what became of it. */
export const outcomes = ({ paths }: JobDocument): Readonly<Record<string, string>> =>
  Object.fromEntries(paths.map((path) => [`${path.kind} ${path.url ?? whichOf(path)}`, outcomeOf(path)]))

/** Returns what tells a path apart from others of its kind. */
const whichOf = ({ kind, node, address, url, port, because }: JobPathDocument): string =>
  kind === 'NodePort'
    ? (node ?? address ?? '')
    : kind === 'Environment'
      ? (because[0] ?? '').replace('variable ', '')
      : (url ?? `${address}:${port?.number ?? '-'}`)

function outcomeOf({ outcome, skipped, results }: JobPathDocument): string {
  const codes = new Set(
    results.filter(({ purpose }) => purpose === 'check').flatMap(({ failure }) => failure?.code ?? []),
  )
  const seen = [...codes].toSorted().join(' ')
  if (outcome === 'skipped') {
    return [`skipped ${skipped?.reason}`, ...(seen === '' ? [] : [`(${seen})`])].join(' ')
  }
  return outcome === 'pass' ? 'pass' : `${outcome === 'fail' ? '' : `${outcome} `}${seen}`
}

/** The cause that is shown first; `undefined`: none is told. */
export const firstFinding = ({ diagnosis }: JobDocument): string | undefined => diagnosis.findings[0]?.code
