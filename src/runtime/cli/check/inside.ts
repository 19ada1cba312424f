/**
 * Tells how to test paths that are inside a cluster while this machine is outside.
 *
 * @module
 */
import type { Job } from '../../../client/schema.ts'
import { KUBECTL_CORE } from '../../../kube/hand-over.ts'
import { KINDS } from '../../../plan/kinds.ts'
import { visible } from '../../../report/visible.ts'
import { chosen } from './path-selectors.ts'
import type { Asked, Shared } from './request.ts'

/** The image of Portolan, as the manifests under deploy/ name it. */
const IMAGE = 'portolan'

function insideOf(job: Job, { paths }: Shared): { inside: Job['paths']; asked: Job['paths'] } {
  const asked = chosen(job.paths, paths).filter(({ kind }) => KINDS[kind].role !== 'variable')
  const inside = asked.filter(
    ({ skipped }) => skipped?.reason === 'vantage' && /inside the cluster/.test(skipped.detail),
  )
  return { inside, asked }
}

/** Returns two lines for the head of a report; null if no path that was asked for was skipped for standing outside. */
export function insideNote(job: Job, of: Asked): string | null {
  const { inside, asked } = insideOf(job, of.shared)
  if (inside.length === 0) {
    return null
  }
  const { namespace, service } = job.target
  const target = visible(`${namespace}/${service}`)
  const head =
    inside.length === asked.length
      ? `Nothing of ${target} can be reached from here: ${inside.length === 1 ? 'its path is' : `all ${inside.length} paths are`} inside the cluster.`
      : `${inside.length} of ${asked.length} paths of ${target} are inside the cluster and were not tested from here.`
  return `${head} To test them there:\n  ${insideCommand(of, namespace, `-n ${quoted(namespace)} ${quoted(service)}`)}\n`
}

/** Returns the same for several Services; null unless paths of each of them were skipped. */
export function insideNoteOfAll(jobs: readonly Job[], of: Asked): string | null {
  const [first] = jobs
  const { namespaces, isInside } = {
    namespaces: [...new Set(jobs.map(({ target }) => target.namespace))],
    isInside: jobs.every((job) => insideOf(job, of.shared).inside.length > 0),
  }
  if (first === undefined || !isInside) {
    return null
  }
  const head = `Nothing of these Services can be reached from here: their paths are inside the cluster.`
  const where = namespaces.length === 1 ? `in namespace ${quoted(first.target.namespace)}` : 'in each namespace'
  return `${head} To test those ${where} there:\n  ${insideCommand(of, first.target.namespace, '-A')}\n`
}

/** Objects go in by standard input, so that the pod needs no right to read them. It ends as the check does. */
function insideCommand({ files, options: { context } }: Asked, namespace: string, what: string): string {
  const kubectl = `kubectl${context === undefined ? '' : ` --context ${quoted(context)}`}`
  const [only] = files ?? []
  // Several files are no text of one until what separates documents is put between them; the cluster has the objects,
  // too.
  const given =
    only !== undefined && files?.length === 1 && only.path !== '-'
      ? `cat ${quoted(only.path)}`
      : `${KUBECTL_CORE.replace('kubectl', kubectl)} -n ${quoted(namespace)}`
  return (
    `${given} | ${kubectl} run portolan-check -n ${quoted(namespace)} --rm -i --quiet --restart=Never --image=${IMAGE} -- ` +
    `check -f - --vantage in-cluster ${what}`
  )
}

/** For a shell, and for a terminal. */
const quoted = (word: string): string =>
  /^[\w./:@%+=,-]+$/.test(word) ? word : visible(`'${word.replaceAll("'", `'\\''`)}'`)
