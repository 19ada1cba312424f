/**
 * Questions that an API server refuses, and in what words.
 *
 * @module
 */
import { type Question, SHOP } from './questions.ts'

const GATEWAY = '/apis/gateway.networking.k8s.io/v1'

const user = (account: string) => `User "system:serviceaccount:portolan:${account}"`

export const REFUSED: readonly Question[] = [
  { title: 'an absent object', path: `${SHOP}/services/none`, status: 404, message: 'services "none" not found' },
  {
    title: 'an absent resource of a group that is served',
    path: '/api/v1/nonsense',
    status: 404,
    message: 'the server could not find the requested resource',
  },
  {
    title: 'an absent version of a group that is served',
    path: '/apis/discovery.k8s.io/v1beta1/endpointslices',
    status: 404,
    message: 'the server could not find the requested resource',
  },
  {
    title: 'a group that is not installed, in text',
    path: `${GATEWAY}/httproutes`,
    who: 'reader',
    status: 404,
    type: 'text/plain; charset=utf-8',
    message: '404 page not found\n',
  },
  {
    title: 'a watch of a group that is not installed, in text',
    path: `${GATEWAY}/httproutes?watch=1&timeoutSeconds=1`,
    who: 'reader',
    status: 404,
    type: 'text/plain; charset=utf-8',
    message: '404 page not found\n',
  },
  {
    title: 'the same to who may not list it: 403, as authorization comes first',
    path: `${GATEWAY}/httproutes`,
    who: 'nobody',
    status: 403,
    message: `httproutes.gateway.networking.k8s.io is forbidden: ${user('nobody')} cannot list resource "httproutes" in API group "gateway.networking.k8s.io" at the cluster scope`,
  },
  {
    title: 'a list to who has no role',
    path: `${SHOP}/services`,
    who: 'nobody',
    status: 403,
    message: `services is forbidden: ${user('nobody')} cannot list resource "services" in API group "" in the namespace "shop"`,
  },
  {
    title: 'an object to who has no role, whether it exists or not',
    path: `${SHOP}/services/none`,
    who: 'nobody',
    status: 403,
    message: `services "none" is forbidden: ${user('nobody')} cannot get resource "services" in API group "" in the namespace "shop"`,
  },
  {
    title: 'a watch to who has no role',
    path: '/api/v1/services?watch=1&timeoutSeconds=1',
    who: 'nobody',
    status: 403,
    message: `services is forbidden: ${user('nobody')} cannot watch resource "services" in API group "" at the cluster scope`,
  },
  {
    title: 'a list to who may read one object by its name',
    path: `${SHOP}/services`,
    who: 'by-name',
    status: 403,
    message: `services is forbidden: ${user('by-name')} cannot list resource "services" in API group "" in the namespace "shop"`,
  },
  {
    title: 'another verb than those of the role',
    path: `${SHOP}/services?watch=1&fieldSelector=metadata.name%3Dfrog&timeoutSeconds=1`,
    who: 'by-name',
    status: 403,
    message: `services "frog" is forbidden: ${user('by-name')} cannot watch resource "services" in API group "" in the namespace "shop"`,
  },
  {
    title: 'all namespaces to who has a role in one',
    path: '/apis/discovery.k8s.io/v1/endpointslices',
    who: 'shop-only',
    status: 403,
    message: `endpointslices.discovery.k8s.io is forbidden: ${user('shop-only')} cannot list resource "endpointslices" in API group "discovery.k8s.io" at the cluster scope`,
  },
  {
    title: 'nodes to who has a role in one namespace',
    path: '/api/v1/nodes',
    who: 'shop-only',
    status: 403,
    message: `nodes is forbidden: ${user('shop-only')} cannot list resource "nodes" in API group "" at the cluster scope`,
  },
  {
    title: 'who has no credentials: anonymous, and 403',
    path: `${SHOP}/services`,
    who: 'anonymous',
    status: 403,
    message:
      'services is forbidden: User "system:anonymous" cannot list resource "services" in API group "" in the namespace "shop"',
  },
  { title: 'a token that is none', path: `${SHOP}/services`, who: 'forged', status: 401, message: 'Unauthorized' },
  {
    title: 'a field that pods have and services have not',
    path: '/api/v1/services?fieldSelector=spec.nodeName%3Dpond-1',
    status: 400,
    message: 'field label not supported: spec.nodeName',
  },
  {
    title: 'a field of a kind that selects by name alone',
    path: '/apis/discovery.k8s.io/v1/endpointslices?fieldSelector=spec.nodeName%3Dpond-1',
    status: 400,
    message: '"spec.nodeName" is not a known field selector: only "metadata.name", "metadata.namespace"',
  },
  {
    title: 'a label selector that is none',
    path: '/api/v1/services?labelSelector=a%20b%20c',
    status: 400,
    message: "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
  },
  {
    title: 'a list from a resourceVersion that is none',
    path: '/api/v1/services?resourceVersion=rubbish',
    status: 400,
    message:
      'invalid resource version: resourceVersion: Invalid value: "rubbish": strconv.ParseUint: parsing "rubbish": invalid syntax',
  },
  {
    title: 'a watch from a resourceVersion that is none',
    path: `${SHOP}/services?watch=1&resourceVersion=rubbish`,
    status: 500,
    message: 'resourceVersion: Invalid value: "rubbish": strconv.ParseUint: parsing "rubbish": invalid syntax',
  },
  {
    title: 'initial events without a match of the resourceVersion',
    path: `${SHOP}/services?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=1`,
    status: 422,
    message:
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  },
  {
    title: 'a match of no resourceVersion',
    path: '/api/v1/services?resourceVersionMatch=Exact',
    status: 422,
    message:
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
  },
]
