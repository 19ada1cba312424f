import { ProblemError } from '../lib/problem.ts'
import { KUBECTL_CORE } from './hand-over.ts'
import type { KubeObject } from './objects.ts'
import type { Parsed } from './parse.ts'

/** Says which objects came without the Service that is needed, and what to send. */
export function refuseWithoutService({ objects, ignored }: Parsed, pointer: string): void {
  if (objects.services.length > 0) {
    return
  }
  const read: readonly KubeObject[] = Object.values(objects).flat()
  const kinds = [...read.map(({ kind }) => kind), ...ignored.map(({ object }) => object.split('/')[0] ?? '')]
  const detail = `There is no Service among the objects. ${explain(kinds)}`
  throw new ProblemError('service_not_found', detail, { errors: [{ pointer, detail }] })
}

const SEND = `Send what ${KUBECTL_CORE} prints.`

function explain(kinds: readonly string[]): string {
  if (kinds.length === 0) {
    return 'The List is empty (0 objects): kubectl found none. Is the namespace (-n) the right one, and the name or label?'
  }
  const only = kinds.every((kind) => kind === kinds[0]) ? kinds[0] : null
  if (only === 'Config') {
    return `This is a kubeconfig: it tells how to reach a cluster, holds credentials, and should go nowhere. ${SEND}`
  }
  if (only === 'Secret') {
    return `There are Secrets alone, which are never read. ${SEND}`
  }
  if (only === 'Kustomization') {
    return 'This is a kustomization. Send what it makes: kubectl kustomize FOLDER.'
  }
  const counts = Object.entries(Object.groupBy(kinds, (kind) => kind)).map(
    ([kind, those]) => `${those?.length} ${kind}`,
  )
  return `Found instead: ${counts.join(', ')}. Add the Service that is meant.`
}
