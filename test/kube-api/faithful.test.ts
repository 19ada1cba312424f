import { readFileSync } from 'node:fs'
import { loadAll } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/api-server/ask.ts'
import { readRecording } from '../support/api-server/recordings.ts'
import { ADMIN_TOKEN, type ApiServer, type KubeObject, startApiServer } from '../support/api-server.ts'

/**
 * Recorded questions, put to the live objects of the recorded cluster: the answers are the recorded ones.
 */
const QUESTIONS = [
  'discovery/404-discovery-v1beta1',
  'discovery/404-removed-version',
  'discovery/api',
  'discovery/livez',
  'discovery/readyz',
  'discovery/version',
  'discovery/version-anonymous',
  'auth/403-all-namespaces-with-role-in-one',
  'auth/403-anonymous',
  'auth/403-basic',
  'auth/403-get-service',
  'auth/403-get-service-that-does-not-exist',
  'auth/403-list-endpoints',
  'auth/403-list-endpointslices',
  'auth/403-list-gatewayclasses',
  'auth/403-list-gateways',
  'auth/403-list-httproutes',
  'auth/403-list-ingressclasses',
  'auth/403-list-ingresses',
  'auth/403-list-nodes',
  'auth/403-list-pods',
  'auth/403-list-referencegrants',
  'auth/403-list-services',
  'auth/403-list-services-in-namespace',
  'auth/403-nodes-with-role-in-one-namespace',
  'auth/403-nonresource',
  'auth/403-role-missing',
  'auth/403-watch-services',
  'auth/401-bad-token',
  'auth/401-expired-token',
  'gateway/403-group-not-installed-as-nobody',
  'gateway/404-group-not-installed-as-reader',
  'gateway/404-group-not-installed-discovery',
  'gateway/404-group-not-installed-list',
  'gateway/404-group-not-installed-watch',
  'gateway/404-resource-not-installed',
  'gateway/404-version-not-served',
  'lists/400-bad-continue',
  'lists/400-bad-fieldselector',
  'lists/400-bad-labelselector',
  'lists/400-bad-resourceversion',
  'lists/404-resource',
  'lists/404-service',
  'lists/406',
  'lists/422-rv-match-alone',
  'lists/504-rv-too-large',
  'lists/empty-namespace',
  'lists/endpoints',
  'lists/endpointslices',
  'lists/fieldselector-pods-of-one-node',
  'lists/get-service',
  'lists/ingressclasses',
  'lists/ingresses',
  'lists/labelselector-slices-of-one-service',
  'lists/nodes',
  'lists/page-1',
  'lists/page-2',
  'lists/page-3-last',
  'lists/partial-metadata-services',
  'lists/pods',
  'lists/rv-0',
  'lists/rv-exact',
  'lists/services',
  'watch/422-send-initial-events',
  'watch/500-bad-resourceversion',
  'writes/405',
] as const

/** Of the recorded users: the service account behind each token, whose rights rbac.yaml tells. */
const ACCOUNTS: Record<string, string> = {
  'service account portolan/portolan': 'portolan',
  'a service account that may list HTTPRoutes': 'portolan',
  'a service account without any role': 'nothing',
  'a service account with a RoleBinding in namespace shop alone': 'shop-only',
  'a service account bound to a role that does not exist': 'broken',
}

const BROKEN_BINDING: KubeObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'broken', namespace: 'default' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'no-such-role' },
  subjects: [{ kind: 'ServiceAccount', name: 'broken', namespace: 'portolan' }],
}

const RBAC = new URL('../fixtures/kubernetes-api-modern/rbac.yaml', import.meta.url)

/** The same, with the Gateway API's kinds installed. */
const GATEWAY_QUESTIONS = [
  'discovery/apis',
  'discovery/apis-aggregated',
  'gateway/404-object',
  'gateway/404-version-not-served',
  'gateway/discovery-group',
] as const

async function start(hasGateway: boolean): Promise<ApiServer> {
  const server = await startApiServer({ isRecorded: true, hasGateway })
  server.objects.applyAll([...(loadAll(readFileSync(RBAC, 'utf8')) as KubeObject[]), BROKEN_BINDING])
  server.objects.setVersion(628)
  for (const account of Object.values(ACCOUNTS)) {
    server.tokens.addServiceAccount(account, 'portolan', account)
  }
  return server
}

const TOLD = ['content-type', 'retry-after', 'warning', 'x-content-type-options', 'content-encoding']

async function compare(server: ApiServer, name: string): Promise<void> {
  const { request, response: recorded } = readRecording(name)
  const { as, path, method, body } = request
  const { authorization, ...headers } = request.headers ?? {}
  const token = ACCOUNTS[as] ?? (as.includes('admin') ? ADMIN_TOKEN : undefined)
  const answer = await ask(server, path, {
    method,
    headers: { ...headers, ...(token === undefined && authorization !== undefined && { authorization }) },
    ...(token !== undefined && { token }),
    ...(body !== undefined && { body }),
  })
  expect({
    status: answer.status,
    headers: TOLD.map((header) => answer.headers[header]),
    body: answer.body ?? answer.text,
  }).toEqual({
    status: recorded?.status,
    headers: TOLD.map((header) => recorded?.headers[header]),
    body: recorded?.body ?? recorded?.bodyText,
  })
}

let server: ApiServer
let withGateway: ApiServer

beforeAll(async () => {
  server = await start(false)
  withGateway = await start(true)
})
afterAll(() => Promise.all([server.close(), withGateway.close()]))

describe('the live objects of the recorded cluster', () => {
  it.each(QUESTIONS)('answer %s as the real server did', (name) => compare(server, name))
  it.each(GATEWAY_QUESTIONS)('answer %s as the real server did', (name) => compare(withGateway, name))
})
