/**
 * `portolan plan`: the paths, and what is wrong before anything is dialled.
 *
 * @module
 */
import type { Plan } from '../../../client/schema.ts'
import type { PlanDocument } from '../../../report/job-document.ts'
import { FOR_ONE_RUN } from '../../../report/links.ts'
import { renderPlanText } from '../../../report/plan-text.ts'
import { CliError, EXIT } from '../exit.ts'
import type { Io } from '../io.ts'
import { asking } from './asking.ts'
import { ciOf, inRepository } from './ci.ts'
import { fenced } from './fenced.ts'
import type { ReportFormat } from './follow.ts'
import { readManifests, textOfAll } from './inputs.ts'
import { namespaceFor } from './namespace.ts'
import type { Portolan } from './open.ts'
import { outputsOf } from './outputs.ts'
import { type Asked, type CheckOptions, sharedRequest, targetOf } from './request.ts'
import { type Telling, type TellOptions, tellFound } from './tell.ts'
import { oneOf, serviceNamed } from './words.ts'

export type Options = CheckOptions & TellOptions & { ci?: string; failOn?: string }

/** The surest first. */
const CONFIDENCES = ['certain', 'likely', 'possible'] as const
type Confidence = (typeof CONFIDENCES)[number]

/** @returns the exit code. */
export async function plan(io: Io, words: readonly string[], options: Options): Promise<number> {
  const service = serviceNamed(words)
  const failOn = options.failOn === undefined ? null : oneOf('--fail-on', CONFIDENCES, options.failOn)
  if (service === null && options.filename === undefined && options.selector === undefined && !options.allNamespaces) {
    throw new CliError(`Say what to plan: ${io.name} plan -f FILE, or ${io.name} plan NAME -n NAMESPACE.`)
  }
  const outputs = outputsOf(options, ['text', 'json', 'sarif'])
  const ci = ciOf(io.env, options.ci)
  const { deadlineMs: _deadline, ...shared } = sharedRequest(options)
  const files = options.filename === undefined ? null : await readManifests(io, options.filename, options)
  const telling: Telling = { options, outputs, ci, files: inRepository(io, files ?? [], ci) }
  return asking(io, { options, files, telling }, async (portolan) => {
    const asked: Asked = {
      ...{ service, options, shared, files, text: files === null ? null : await textOfAll(files) },
      namespace: await namespaceFor(portolan, options, files === null && service === null),
    }
    const plans = await plansOf(portolan, asked)
    const found = {
      verdict: null,
      // As kubectl has it: what was named by itself, else a list, however long.
      document: service === null ? { plans } : plans[0],
      reported: async () => plans as unknown as readonly PlanDocument[],
      report: async (format: ReportFormat) => (format === 'markdown' ? fenced(textOf(plans)) : textOf(plans)),
      note: null,
    }
    return tellFound(io, found, telling, failOn !== null && isFound(plans, failOn) ? EXIT.fail : EXIT.pass)
  })
}

const textOf = (plans: readonly Plan[]): string =>
  plans.map((each) => renderPlanText(each as unknown as PlanDocument, FOR_ONE_RUN)).join('\n')

const isFound = (plans: readonly Plan[], least: Confidence): boolean => {
  const sure = CONFIDENCES.slice(0, CONFIDENCES.indexOf(least) + 1)
  return plans.some(({ diagnosis }) => diagnosis.findings.some(({ confidence }) => sure.includes(confidence)))
}

/** Planning costs little, and nobody is dialled: where none is named all are meant. */
async function plansOf(portolan: Portolan, asked: Asked): Promise<Plan[]> {
  const named =
    asked.service === null
      ? await servicesOf(portolan, asked)
      : [{ service: asked.service, namespace: asked.namespace }]
  const plans: Plan[] = []
  for (const { service, namespace } of named) {
    plans.push(
      await portolan.client.createPlan({ ...asked.shared, target: targetOf({ ...asked, service, namespace }) }),
    )
  }
  return plans
}

type Named = { service: string | null; namespace: string | null }

async function servicesOf(
  { client, settings }: Portolan,
  { files, text, options, namespace }: Asked,
): Promise<Named[]> {
  if (files !== null && text !== null) {
    return servicesIn(text, namespace, options.selector)
  }
  const { selector, allNamespaces } = options
  const cluster = options.cluster ?? settings.local.PORTOLAN_CLUSTER ?? 'default'
  const named: Named[] = []
  const narrowed = {
    ...(selector !== undefined && { selector }),
    ...(allNamespaces !== true && namespace !== null && { namespace }),
  }
  for await (const { name, namespace: own } of client.eachClusterService(cluster, narrowed)) {
    named.push({ service: name, namespace: own })
  }
  if (named.length === 0) {
    throw new CliError('No Service of the cluster is among these. Look with kubectl get svc, and -n, -l or -A.')
  }
  return named
}

/** Those that the manifests have. Manifests that cannot be read are left to the API to refuse. */
async function servicesIn(text: string, namespace: string | null, selector = ''): Promise<Named[]> {
  const [{ parseManifests }, { indexObjects }, { selectServices }, { ProblemError }] = await Promise.all([
    import('../../../kube/parse.ts'),
    import('../../../kube/object-index.ts'),
    import('../../../record/batch.ts'),
    import('../../../lib/problem.ts'),
  ])
  const objects = await read(() => parseManifests(text, { pointer: '' }).objects)
  if (objects === null || objects.services.length === 0) {
    return [{ service: null, namespace }]
  }
  try {
    return selectServices(indexObjects(objects), { namespaces: namespace === null ? null : [namespace], selector })
  } catch (error) {
    throw error instanceof ProblemError ? new CliError(error.detail) : error
  }

  async function read<T>(act: () => T): Promise<T | null> {
    try {
      return act()
    } catch (error) {
      if (error instanceof ProblemError) {
        return null
      }
      throw error
    }
  }
}
