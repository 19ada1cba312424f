/**
 * The cases of a job as JUnit and TAP list them: a name for each path and check by which a CI system knows it again. It
 * is the same in every run and from every vantage while the id of the path is the same, and no two paths share one.
 *
 * @module
 */
import type { Outcome } from '../check/result.ts'
import type { HistoryPath } from '../history/types.ts'
import { DEFAULT_CHECK } from '../plan/choose-checks.ts'
import { KINDS, type PathKind } from '../plan/kinds.ts'
import type { JobReport, ResultDocument } from './job-document.ts'
import { kindOf, matchText, parentText, recordOf } from './phrases.ts'
import { type ReportRow, reportRows } from './rows.ts'
import { visible } from './visible.ts'

export type Case = {
  row: ReportRow
  check: string | null
  name: string
  /** Tries that failed in the last round beside the one that decides, in their order: of a pass they make it flaky. */
  retried: readonly ResultDocument[]
}

/** In the order of the job's paths. A path that was not tried has a case for each check that was planned for it. */
export function casesOf(job: JobReport): Case[] {
  const named = reportRows(job).flatMap((row) => {
    const checks = row.check === null && row.path.checkNames.length > 0 ? row.path.checkNames : [row.check]
    return checks.map((check) => ({ row, check, name: caseName(row.path, check), id: row.path.id }))
  })
  const names = apart(named)
  return named.map(({ row, check }, at) => ({ row, check, name: names[at] ?? '', retried: retriedOf(row) }))
}

/**
 * GitLab keeps only the first of the cases that share a name.
 *
 * @param id `null`: there is none to tell them apart by.
 */
export function apart(named: readonly { name: string; id: string | null }[]): string[] {
  const taken = new Set<string>()
  return named.map(({ name, id }) => {
    const whole = id === null ? name : `${name} ${id}`
    let free = taken.has(name) ? whole : name
    for (let nth = 2; taken.has(free); nth++) {
      free = `${whole} (${nth})`
    }
    taken.add(free)
    return free
  })
}

/** `portolan.shop.toad-svc`: what stands before the last dot is a package to Jenkins. */
export const classNameOf = ({ namespace, service }: { namespace: string; service: string }): string =>
  visible(`portolan.${namespace}.${service}`)

/**
 * `NodePort 80 node-1 [8TQ2K4WZ]`: words that the id is made of, and the beginning of the id, which holds the rest. An
 * address that a cluster gives out anew is in neither. The default check has no name.
 */
export function caseName(path: HistoryPath, check: string | null): string {
  const words = [kindOf(path), portWords(path), ...placeWords(path)].filter((word) => word !== '')
  const named = check === null || check === DEFAULT_CHECK ? words : [...words, `(${visible(check)})`]
  return `${named.join(' ')} [${path.id.slice(4, 12)}]`
}

const portWords = ({ port }: HistoryPath): string =>
  port === null ? '' : `${port.number}${port.protocol === 'TCP' ? '' : `/${port.protocol}`}`

/** The address of these is theirs for good: the id has it, as it was written. */
const BY_HOST: ReadonlySet<PathKind> = new Set(['DNS'])
const BY_NODE: ReadonlySet<PathKind> = new Set(['NodePort'])
const BY_ADDRESS: ReadonlySet<PathKind> = new Set(['LoadBalancer', 'ExternalIP', 'ExternalName'])

function placeWords(path: HistoryPath): string[] {
  const { kind, variable, node, address, host, rulePath, match, parent, family } = path
  const record = recordOf(path)
  if (record !== null || variable) {
    return [visible(record ?? variable?.name ?? '')]
  }
  if (KINDS[kind].routedBy !== null) {
    // The class of an Ingress is not in the id
    const asked = match === null ? [rulePath ?? ''] : [matchText(match) ?? '', parentText(parent) ?? '']
    return [hostWords(host), ...asked, address === null ? '' : `at ${address}`].map(visible)
  }
  if (BY_HOST.has(kind)) {
    return [visible(host ?? address ?? '')]
  }
  if (BY_ADDRESS.has(kind)) {
    return [visible(address ?? '')]
  }
  // A node that the caller named by its address alone
  const place = BY_NODE.has(kind) ? (node ?? address) : null
  return [visible(place ?? ''), family ?? '']
}

/** The planner makes up a first label for a wildcard, another one where some other rule takes it. */
const hostWords = (host: string | null): string => (host ?? '').replace(/^(?:portolan-)?probe(?:-\d)?(?=\.)/, '*')

const BAD: ReadonlySet<Outcome> = new Set(['fail', 'error'])

function retriedOf({ path, check, deciding }: ReportRow): ResultDocument[] {
  const tried = path.results.filter(({ purpose }) => purpose === 'check')
  const last = Math.max(...tried.map(({ round }) => round))
  return tried.filter(
    (each) => each.check === check && each.round === last && BAD.has(each.outcome) && each !== deciding,
  )
}
