import { z } from 'zod'
import type { PlanDocument } from '../../../report/job-document.ts'
import { each, name, number, object, quoted, word } from '../fields.ts'
import { diagnosis, pathFields, skipped, target } from '../shapes.ts'
import { defineTool } from '../tool.ts'
import * as argument from './arguments.ts'

/** Characters. A Service with its workloads, routes and pods has some ten thousand. */
const MANIFESTS_MAX = 500_000
const PATHS_MAX = 200

export const planManifests = defineTool({
  name: 'plan_manifests',
  title: 'Paths and findings of manifests',
  description:
    'Reads Kubernetes manifests (YAML or JSON, what kubectl get -o yaml prints) and tells every network path to the Service ' +
    'that they promise, the fields that each path comes from, and what the objects alone show to be broken. ' +
    'Nothing is dialled, and nothing is stored. Hand over the Service with its pods, EndpointSlices, Ingresses and routes.',
  operation: 'createPlan',
  input: z.strictObject({
    manifests: z.string().min(1).max(MANIFESTS_MAX).describe('YAML documents, or JSON'),
    namespace: argument.namespace.optional().describe('Of the Service; needed where several match'),
    service: argument.service.optional().describe('Needed where the manifests hold several'),
    limit: z
      .int()
      .min(1)
      .max(PATHS_MAX)
      .default(50)
      .describe('Paths that are shown; pathsInAll tells how many there are'),
  }),
  output: object({
    target,
    vantage: name,
    diagnosis,
    pathsInAll: number,
    paths: each(object({ ...pathFields, skipped, because: each(quoted(300), 10) }), PATHS_MAX),
    notApplicable: each(object({ kind: word, reason: quoted(500) }), 40),
    ignored: each(object({ object: quoted(300), reason: quoted(300) }), 40),
  }),
  async call({ ask }, { manifests, namespace, service, limit }) {
    const target = { manifests, ...(namespace && { namespace }), ...(service && { service }) }
    const plan = (await ask('createPlan', { body: { target } })) as PlanDocument
    return { ...plan, pathsInAll: plan.paths.length, paths: plan.paths.slice(0, limit) }
  },
})
