import type { Addresses, JobRequest } from '../../src/plan/request.ts'

export const noAddresses: Addresses = {
  nodes: [],
  loadBalancer: [],
  ingressController: [],
  controllerPorts: null,
  clusterDomain: null,
  dnsServers: [],
  environment: null,
}

/** A request with everything at the default that the API gives it. */
export const aRequest = (over: Partial<JobRequest> = {}): JobRequest => ({
  target: { cluster: 'default', namespace: null, service: null },
  addresses: noAddresses,
  paths: { include: [], exclude: [] },
  limits: { nodes: 20, endpoints: 50, paths: 500 },
  checks: [],
  samples: 1,
  retries: { limit: 0, delayMs: 1000 },
  settleMs: 0,
  expect: { reachable: [], unreachable: [] },
  timeoutMs: 5000,
  deadlineMs: null,
  vantage: null,
  history: true,
  labels: {},
  ...over,
})
