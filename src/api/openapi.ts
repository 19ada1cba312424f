import type { Api } from './route.ts'

export const TITLE = 'Portolan'

/** The document of all mounted routes, OpenAPI 3.1. The committed `openapi.yaml` is this, written by `npm run openapi`. */
export function openApiDocument(app: Api, version: string) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'Needed unless the API listens on loopback only, or PORTOLAN_AUTH=none',
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: TITLE,
      version,
      description:
        'Tells whether a Kubernetes Service can be reached on every path on which it should be reachable, and which layer is broken.\n\n' +
        'Requests are closed: an unknown property is a 400 that names it. Responses and lists of codes may grow: ignore what you do not know. ' +
        'Status codes tell about the request, verdicts about the target.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'This one' }],
    security: [{ bearer: [] }],
    tags: [
      { name: 'Jobs', description: 'A job is one accepted request to probe' },
      { name: 'Batches', description: 'A batch is a job for each of many Services' },
      { name: 'Schedules', description: 'A schedule makes jobs, or batches' },
      { name: 'Plan', description: 'Paths without probing' },
      { name: 'Clusters', description: 'Where live objects are read from' },
      { name: 'History', description: 'What jobs found, over time' },
      { name: 'Metrics', description: 'For Prometheus' },
      { name: 'Health', description: 'Of Portolan itself' },
      { name: 'Documentation', description: 'Works with no internet' },
    ],
  })
}
