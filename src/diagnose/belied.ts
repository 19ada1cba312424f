/**
 * Paths that pass refute what objects claim: the objects were read before the tries, and may be out of date.
 *
 * @module
 */
import type { Finding } from './finding.ts'
import { list } from './phrases.ts'
import type { Belied, Cause, Target } from './rule.ts'
import { isTakenOver, type TestedPath } from './seen.ts'

/** A claim of the objects, and the paths that tell otherwise. */
export type Claim = { finding: Finding; witnesses: readonly TestedPath[] }

/** Statuses that a controller or load balancer gives by itself, whatever is behind it. */
const OWN_ANSWERS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308, 401, 403, 404, 421])

/** Connected, whatever came of it afterwards: kube-proxy accepts nothing by itself. */
const isReached = ({ outcome, deciding }: TestedPath): boolean =>
  outcome === 'pass' ||
  (outcome === 'fail' &&
    deciding.some(
      ({ outcome: of, failure }) =>
        of === 'pass' || (failure && failure.phase !== 'dns' && failure.phase !== 'connect'),
    ))

/** Tells whether the pods were reached by a path, which belies a cause that would keep everybody from them. */
function provesPods(tested: TestedPath): boolean {
  const { outcome, path, telling } = tested
  // A name that resolves proves that there is a record.
  if (path.dns !== null) {
    return outcome === 'pass'
  }
  // A path that something else has answered says nothing about the pods.
  if (!isTakenOver(tested)) {
    return isReached(tested)
  }
  if (outcome !== 'pass') {
    return false
  }
  const status = telling?.http?.status
  // A load balancer accepts a connection before it knows whether anything is behind it.
  return status === undefined ? path.scheme === 'http' || path.scheme === 'https' : !OWN_ANSWERS.has(status)
}

export const witnessesOf = ({ by }: Belied, claimed: readonly TestedPath[]): readonly TestedPath[] =>
  claimed.filter(({ path }) => by.includes(path.kind)).filter(provesPods)

const nameOf = ({ path }: TestedPath): string => path.url ?? `${path.kind} ${path.address ?? ''}`

/** One cause for all claims that do not hold: the objects, not the cluster. */
export function outOfDate(claims: readonly Claim[], target: Target): Cause[] {
  const witnesses = [
    ...new Map(claims.flatMap((claim) => claim.witnesses).map((each) => [each.path.id, each])).values(),
  ]
  const said = claims.map(({ finding }) => `"${finding.title}" (${finding.code})`)
  return claims.length === 0
    ? []
    : [
        {
          ...objectsAreOld(
            target,
            witnesses.flatMap(({ telling }) => telling?.startedAtMs ?? []),
          ),
          detail: `They say: ${list(said, 3)}. Yet ${list(witnesses.map(nameOf), 3)} ${witnesses.length === 1 ? 'is' : 'are'} answered. Whatever else these objects say may be just as old.`,
          evidence: [
            ...claims.flatMap(({ finding }) => finding.evidence).slice(0, 3),
            ...witnesses.slice(0, 3).map(({ path, telling }) => ({ path: path.id, result: telling?.id ?? null })),
          ],
          explains: [],
        },
      ]
}

/** Tells whether somebody can send other objects than these: advice on it is of no use where a cluster was read. */
export const isSent = (source: Target['source']): boolean => source === 'manifests'

/** Names the source of the plan, for advice to compare it with the cluster. */
export const handedIn = (source: Target['source']): string =>
  isSent(source) ? 'the objects handed in' : 'what was read for this job'

/** @param triedAtMs when the paths were tried that belie them. */
export function objectsAreOld(
  { namespace, service, source }: Target,
  triedAtMs: readonly number[],
): Pick<Cause, 'confidence' | 'title' | 'fix' | 'confirm'> {
  const when =
    triedAtMs.length === 0 ? '' : `, which were read before ${new Date(Math.min(...triedAtMs)).toISOString()}`
  return {
    confidence: 'likely',
    title: `The cluster is not as the objects say${when}`,
    fix: `${isSent(source) ? 'Send the objects as they are in the cluster now, and ask again' : 'Ask again: the objects are read anew for each job'}. If they are current, see which other Service or process answers at these addresses.`,
    confirm: `kubectl get services,endpointslices,pods -n ${namespace} -o wide; kubectl describe service -n ${namespace} ${service}`,
  }
}
