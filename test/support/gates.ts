/** Asks gates, as tools do and by hand. */

import type { Metric } from './controllers/argo-rollouts.ts'
import type { Canary } from './controllers/flagger.ts'
import type { TestPortolan } from './portolan.ts'
import { read } from './read.ts'
import { toadService } from './toad.ts'

export type Verdict = {
  verdict: string
  pass: boolean | null
  summary: string
  findings: { code: string; title: string }[]
  report: string | null
}

export const SHOP = 'shop'
export const CANARY: Canary = { name: 'toad', namespace: SHOP, checksum: '85d557f47b' }

/** Stands outside, where a Service is reached by its load balancer alone. */
export const OUTSIDE = { PORTOLAN_VANTAGE: 'outside' }

export const balanced = (name: string, port: number, ip = '127.0.0.1') => ({
  ...{ apiVersion: 'v1', kind: 'Service' },
  ...toadService(port, { type: 'LoadBalancer' }),
  metadata: { name, namespace: SHOP },
  status: { loadBalancer: { ingress: [{ ip }] } },
})

export const payload = (over: Record<string, unknown> = {}) => ({ ...CANARY, phase: 'Progressing', ...over })
export const about = (service: string, more: Record<string, string> = {}) => payload({ metadata: { service, ...more } })

type Api = Pick<TestPortolan, 'call' | 'url'>

export const askFlagger = (api: Api, json: unknown, query = '') => api.call(`/v1/gates/flagger${query}`, { json })
export const askArgo = (api: Api, query: Record<string, string>) =>
  read<Verdict>(api.call(`/v1/gates/argo-rollouts?${new URLSearchParams(query)}`))

/** The metric of the example. */
export const metricOf = ({ url }: Pick<Api, 'url'>, query: string, web: Record<string, unknown> = {}): Metric => ({
  name: 'reachable',
  successCondition: 'result == "pass"',
  failureCondition: 'result == "fail"',
  provider: { web: { url: `${url}/v1/gates/argo-rollouts?${query}`, jsonPath: '{$.verdict}', ...web } },
})
