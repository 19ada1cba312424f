/**
 * Two faults at once: each has to be told, whichever comes first.
 *
 * @module
 */
import type { ShapeName, Vantage } from './shapes.ts'

export const PAIRS: readonly { names: readonly [string, string]; shape: ShapeName; from?: Vantage }[] = [
  { names: ['no endpoint is in the slice', 'a certificate that has expired'], shape: 'ingress' },
  { names: ['pods are not Ready', 'cluster DNS is dead'], shape: 'nodePort' },
  { names: ['nobody listens on the targetPort', 'cluster DNS leaves the Service out'], shape: 'clusterIP' },
  { names: ['one node has no rules of kube-proxy', 'one pod of several is closed'], shape: 'nodePort' },
  { names: ['a firewall drops the node port on one node', 'one pod of several hangs'], shape: 'nodePort' },
  { names: ['the application answers 500', 'cluster DNS has an old cluster IP'], shape: 'nodePort' },
  { names: ['a certificate for another host', 'one pod of several is closed'], shape: 'ingress' },
  { names: ['a certificate that has expired', 'the hosts file has an old address of the Service'], shape: 'ingress' },
  { names: ['the load balancer does not answer', 'one pod of several is closed'], shape: 'proxied' },
  { names: ['the load balancer does not answer', 'cluster DNS stands still'], shape: 'proxied' },
  {
    names: [
      'the load balancer sends PROXY protocol, and the pods do not expect it',
      'one node has no rules of kube-proxy',
    ],
    shape: 'proxied',
  },
  {
    names: ['the load balancer leads to another cluster', 'a firewall drops the node port on one node'],
    shape: 'proxied',
  },
  {
    names: ['pods take connections and never answer', 'a firewall drops the node port on every node'],
    shape: 'nodePort',
  },
  { names: ['pods reset connections', 'cluster DNS answers SERVFAIL'], shape: 'clusterIP' },
  {
    names: ["a header is larger than the controller's buffer", 'a firewall prohibits the node port on one node'],
    shape: 'everything',
  },
  { names: ['the controller alone is not let in', 'one of two DNS servers is silent'], shape: 'everything' },
  { names: ['the class of the Ingress does not exist', 'nobody listens on the targetPort'], shape: 'everything' },
  { names: ['the controller is gone', 'one pod of several answers 503'], shape: 'everything' },
  { names: ['the search list is of another namespace', 'nobody listens on the targetPort'], shape: 'clusterIP' },
  { names: ['the request names another cluster domain', 'one pod of several is closed'], shape: 'nodePort' },
  { names: ['masquerading is gone', 'cluster DNS leaves the Service out'], shape: 'nodePort' },
  {
    names: ['the application listens in one family', 'cluster DNS leaves every third question unanswered'],
    shape: 'dual',
  },
  {
    names: ["the controller's load balancer does not answer", 'a firewall drops the node port on one node'],
    shape: 'everything',
    from: 'outside',
  },
  { names: ['the load balancer does not answer', 'the application answers 500'], shape: 'everything', from: 'outside' },
]
