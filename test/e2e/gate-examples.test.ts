import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assess, type Metric, measure, type Phase } from '../support/controllers/argo-rollouts.ts'
import { type CanaryWebhook, callWebhook, ON_FAILURE } from '../support/controllers/flagger.ts'
import { balanced, CANARY, OUTSIDE, SHOP } from '../support/gates.ts'
import { liveObjects, unreachable } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readJobs } from '../support/read.ts'
import { refusedPort } from '../support/servers.ts'
import { type Pod, startPod } from '../support/toad.ts'

const ADMIN = 'a-token-of-the-test-0123456789'
const cluster = liveObjects()
let api: TestPortolan
let pod: Pod
let token: string
let nobody: number

beforeAll(async () => {
  const env = { ...OUTSIDE, PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN }
  ;[api, pod, nobody] = await Promise.all([
    startTestPortolan(env, { clusterSource: cluster.source }),
    startPod('toad'),
    refusedPort(),
  ])
  const json = { name: 'gates', scopes: ['jobs:write'], namespaces: [SHOP] }
  const made = api.call('/v1/tokens', { json, headers: { authorization: `Bearer ${ADMIN}` } })
  token = (await read<{ token: string }>(made)).token
})
afterAll(() => Promise.all([api.close(), pod.close()]))

/** The address at which the example has Portolan, for the one of this test; no time to settle. */
const here = (text: string): string =>
  text.replaceAll('portolan.portolan:8080', new URL(api.url).host).replaceAll(/settleMs(: "|=)10000/g, 'settleMs$10')

const works = () => cluster.set([balanced('toad-canary', pod.port)])
const fails = () => cluster.set([balanced('toad-canary', nobody)])

describe('examples/kubernetes/flagger-canary.yaml', () => {
  const webhooks = () => {
    const text = here(readFileSync('examples/kubernetes/flagger-canary.yaml', 'utf8')).replaceAll('TOKEN', token)
    const canary = load(text) as {
      apiVersion: string
      kind: string
      metadata: { name: string; namespace: string }
      spec: { analysis: { webhooks: CanaryWebhook[] } }
    }
    expect([canary.apiVersion, canary.kind, canary.metadata]).toEqual([
      ...['flagger.app/v1beta1', 'Canary'],
      { name: CANARY.name, namespace: CANARY.namespace },
    ])
    return canary.spec.analysis.webhooks
  }

  it('goes on where the canary is reached, and halts where it is not: once to roll back, once to wait', async () => {
    expect(webhooks().map(({ type = 'rollout' }) => ON_FAILURE[type])).toEqual(['counts', 'waits'])
    for (const webhook of webhooks()) {
      works()
      expect((await callWebhook(CANARY, 'Progressing', webhook)).error).toBeNull()
      fails()
      const { error } = await callWebhook(CANARY, 'Progressing', webhook)
      expect(error).toMatch(/^FAIL {2}shop\/toad-canary/)
    }
  })

  it('waits longer for the answer than Portolan takes for it', () => {
    for (const { url, timeout = '10s' } of webhooks()) {
      const wait = Number(new URL(url).searchParams.get('wait') ?? 8)
      expect(Number(timeout.replace('s', ''))).toBeGreaterThan(wait)
    }
  })

  it('gets past a fault by its retries, and the password stays out of what Portolan logs', async () => {
    works()
    cluster.refuse(unreachable())
    const [webhook] = webhooks()
    const called = await callWebhook(CANARY, 'Progressing', webhook ?? { url: '' }, async () => cluster.refuse(null))
    expect(called).toEqual({
      error: null,
      attempts: [
        { status: 503, waitedS: 5 },
        { status: 200, waitedS: null },
      ],
    })
    expect(api.lines.join('\n')).not.toContain(token)
  })
})

describe('examples/kubernetes/argo-rollouts-analysis.yaml', () => {
  const metric = (revision: string): Metric => {
    const template = load(here(readFileSync('examples/kubernetes/argo-rollouts-analysis.yaml', 'utf8'))) as {
      apiVersion: string
      kind: string
      spec: { args: { name: string }[]; metrics: [Metric] }
    }
    expect([template.apiVersion, template.kind, template.spec.metrics.length]).toEqual([
      ...['argoproj.io/v1alpha1', 'AnalysisTemplate', 1],
    ])
    const args: Record<string, string> = { service: 'toad-canary', revision, token }
    expect(template.spec.args.map(({ name }) => name)).toEqual(Object.keys(args))
    const filled = JSON.stringify(template.spec.metrics[0]).replaceAll(
      /\{\{args\.(\w+)\}\}/g,
      (_, name) => args[name] ?? '',
    )
    return JSON.parse(filled)
  }
  /** Measures until there is an end, as often as an end may take. */
  async function analyse(asked: Metric, between: () => void = () => undefined) {
    const phases: Phase[] = []
    for (let end: Phase | null = null; ; between()) {
      phases.push((await measure(asked)).phase)
      end = assess(asked, phases)
      if (end !== null || phases.length > 20) {
        return { end, phases }
      }
    }
  }

  it('passes with the first pass, and aborts with the first failure', async () => {
    works()
    expect(await analyse(metric('1'))).toEqual({ end: 'Successful', phases: ['Successful'] })
    fails()
    expect(await analyse(metric('2'))).toEqual({ end: 'Failed', phases: ['Failed'] })
  })

  it('pauses where it is not known for long, and goes on where it is known before', async () => {
    works()
    cluster.refuse(unreachable())
    const { end, phases } = await analyse(metric('3'))
    expect([end, phases]).toEqual(['Inconclusive', Array.from({ length: 6 }, () => 'Inconclusive')])
    expect(await analyse(metric('4'), () => cluster.refuse(null))).toEqual({
      end: 'Successful',
      phases: ['Inconclusive', 'Successful'],
    })
  })

  it('has each revision asked about by itself', async () => {
    works()
    await measure(metric('5'))
    const headers = { authorization: `Bearer ${ADMIN}` }
    const { items } = await readJobs(api.call('/v1/jobs?label=revision=5', { headers }))
    expect(items.map(({ labels }) => labels)).toEqual([{ gate: 'argo-rollouts', revision: '5' }])
  })

  it('aborts, and never passes, where the token is not known', async () => {
    const asked = metric('6')
    const { web } = asked.provider
    const wrong = {
      ...asked,
      provider: { web: { ...web, headers: [{ key: 'Authorization', value: 'Bearer wrong' }] } },
    }
    expect(await analyse(wrong)).toEqual({ end: 'Error', phases: Array.from({ length: 5 }, () => 'Error') })
  })
})
