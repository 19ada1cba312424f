import type { Api } from './route.ts'

export const TITLE = 'Portolan'

/**
 * The document of all mounted routes, OpenAPI 3.1. The committed `openapi.yaml` is this, written by `npm run openapi`.
 */
export function openApiDocument(app: Api, version: string) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'Needed unless the API listens on loopback only, or PORTOLAN_AUTH=none',
  })
  for (const [name, header] of Object.entries(LIMIT_HEADERS)) {
    app.openAPIRegistry.registerComponent('headers', name, header)
  }
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-portolan',
    description:
      'For browsers: POST /login sets it. Over http on loopback it is `portolan-{port}`. What is no GET needs an `Origin` that is this server',
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
      { name: 'Gates', description: 'Verdicts for deployment tools that ask whether to go on' },
      { name: 'Batches', description: 'A batch is a job for each of many Services' },
      { name: 'Schedules', description: 'A schedule makes jobs, or batches' },
      { name: 'Plan', description: 'Paths without probing' },
      { name: 'Clusters', description: 'The clusters from which live objects are read' },
      { name: 'History', description: 'What jobs found, over time' },
      { name: 'Status pages', description: 'What is published about Services' },
      { name: 'Access', description: 'Tokens, logins, and the audit log' },
      { name: 'Metrics', description: 'For Prometheus' },
      { name: 'Health', description: 'The health of Portolan itself' },
      { name: 'Documentation', description: 'Works with no internet' },
    ],
  })
}

const LIMIT_HEADERS = {
  'RateLimit-Policy': {
    description:
      'The limits that count for the caller, as draft-ietf-httpapi-ratelimit-headers-11 has them: of its token, or of its ' +
      'address where no token is known. Absent: none does.',
    schema: { type: 'string' },
    example: '"token";q=600;w=60',
  },
  RateLimit: {
    description: 'What is left of them: `r` requests for the next `t` seconds.',
    schema: { type: 'string' },
    example: '"token";r=599;t=60',
  },
  'Retry-After': { description: 'Seconds', schema: { type: 'string' }, example: '12' },
} as const
