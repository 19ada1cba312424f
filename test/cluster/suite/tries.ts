import { describe, expect, it } from 'vitest'
import type { JobDocument, JobPathDocument, ResultDocument } from '../../../src/report/job-document.ts'
import { slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { requestFor, sceneOf, TIMEOUT_MS, toad } from '../scene.ts'
import { firstFinding, told } from '../told.ts'
import { CLIENT_ADDRESS, endpoints, type Manifest, TOADS } from '../world.ts'

const WHO = [{ name: 'who', type: 'http', responder: { header: 'x-pod-name' } }]
const only = (...kinds: unknown[]) => ({ include: kinds })

const tried = ({ paths }: JobDocument): (JobPathDocument & { results: readonly ResultDocument[] })[] =>
  paths.filter(({ results }) => results.length > 0)

const resultsOf = (job: JobDocument): ResultDocument[] => tried(job).flatMap(({ results }) => results)

/** Counts the tries by how they ended. */
const tally = (job: JobDocument): Record<string, number> => {
  // What the diagnosis asks besides is no try.
  const words = resultsOf(job)
    .filter(({ purpose }) => purpose === 'check')
    .map(({ failure }) => failure?.code ?? 'pass')
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]))
}

const respondersOf = ({ results }: JobPathDocument): string[] =>
  [...new Set(results.map(({ responder }) => responder ?? 'nobody'))].toSorted()

export function triesTests(cluster: () => Cluster): void {
  const scene = async (manifests: readonly Manifest[]) => {
    await cluster().apply(manifests)
    return (asked: Manifest) => cluster().inside.ask(requestFor(manifests, asked))
  }

  describe('many tries', () => {
    it('reach every pod on every way that leads to more than one', async () => {
      const ask = await scene(sceneOf())
      const job = await ask({
        samples: 8,
        checks: WHO,
        paths: only('ClusterIP', 'NodePort', 'LoadBalancer', 'Ingress', 'ExternalIP'),
      })
      expect(tried(job).map((path) => [path.kind, path.node, respondersOf(path)])).toEqual([
        ['ClusterIP', null, [...TOADS]],
        ['NodePort', 'node-1', [...TOADS]],
        ['NodePort', 'node-2', [...TOADS]],
        ['NodePort', 'node-3', [...TOADS]],
        ['LoadBalancer', null, [...TOADS]],
        ['Ingress', null, [...TOADS]],
        ['ExternalIP', null, [...TOADS]],
      ])
    })

    it('with session affinity reach one pod and no other', async () => {
      const ask = await scene(sceneOf({ service: toad({ sessionAffinity: 'ClientIP' }) }))
      await ask({ paths: only('ClusterIP') })
      const job = await ask({ samples: 8, checks: WHO, paths: only('ClusterIP') })
      expect(tried(job).map((path) => respondersOf(path).length)).toEqual([1])
    })

    it('leave from the pod that Portolan runs in', async () => {
      const ask = await scene(sceneOf())
      const dialled = resultsOf(await ask({})).filter(({ resolvedAddress }) => resolvedAddress !== null)
      expect(new Set(dialled.map(({ localAddress }) => localAddress))).toEqual(new Set([CLIENT_ADDRESS]))
    })

    it('show one closed endpoint of four: a quarter refused, that endpoint named, hidden by the controller', async () => {
      const ask = await scene(sceneOf())
      await cluster().fault.pods(['toad-4'], 'closed')
      expect(tally(await ask({ samples: 8, paths: only('ClusterIP') }))).toEqual({ pass: 6, connection_refused: 2 })
      expect(tally(await ask({ samples: 8, paths: only('Ingress') }))).toEqual({ pass: 8 })
      const whole = await ask({ samples: 8, paths: only('ClusterIP', 'NodePort', 'Endpoint') })
      expect(whole.diagnosis.findings.map(({ code }) => code)).toEqual(['some_endpoints_fail'])
      expect(told(await ask({ paths: only('Endpoint') })).Endpoint).toEqual({
        'http://10.244.1.11:8080/': 'pass',
        'http://10.244.1.12:8080/': 'pass',
        'http://10.244.2.11:8080/': 'pass',
        'http://10.244.2.12:8080/': 'connection_refused',
      })
    })

    it('show a node that is gone: the half that it carries gets no answer', async () => {
      const ask = await scene(sceneOf())
      await cluster().fault.pullCable('node-2')
      const job = await ask({ samples: 8, timeoutMs: TIMEOUT_MS, paths: only('ClusterIP') })
      expect(tally(job)).toEqual({ pass: 4, connect_timeout: 4 })
      expect(firstFinding(job)).toBe('fails_now_and_then')
    })

    it('that pass when they are repeated make a path flaky, not failed', async () => {
      const ask = await scene(sceneOf({ slice: slice(endpoints('toad-1', 'toad-2')) }))
      await cluster().fault.pods(['toad-1'], 'closed')
      const job = await ask({ retries: { limit: 1, delayMs: 0 }, paths: only('ClusterIP') })
      expect(tried(job).map(({ outcome, flaky }) => ({ outcome, flaky }))).toEqual([{ outcome: 'pass', flaky: true }])
      expect(tally(job)).toEqual({ connection_refused: 1, pass: 1 })
    })

    it('on a Service without endpoints are partly refused, partly unanswered, where Linux rations refusals', async () => {
      const ask = await scene(sceneOf({ slice: slice([]) }))
      await cluster().fault.rationRefusals('node-3')
      const job = await ask({ samples: 16, timeoutMs: TIMEOUT_MS, paths: only('ClusterIP') })
      expect(Object.keys(tally(job)).toSorted()).toEqual(['connect_timeout', 'connection_refused'])
    })

    it('keep in their timings what a lost packet costs', async () => {
      const ask = await scene(sceneOf({ slice: slice(endpoints('toad-1')) }))
      await cluster().fault.filter('node-1', 'prerouting', [
        'ip daddr 10.244.1.11 tcp flags & (syn|ack) == syn numgen inc mod 2 0 drop',
      ])
      const [result] = resultsOf(await ask({ timeoutMs: 5000, paths: only('ClusterIP') }))
      // Linux sends the first packet of a connection again after a second (RFC 6298 2.1).
      expect(result?.timings.connectMs).toBeGreaterThan(900)
      expect(result?.outcome).toBe('pass')
    })
  })

  describe('settleMs', () => {
    it('passes a Service that becomes ready while it settles', async () => {
      const manifests = sceneOf()
      const { apply, fault, inside, repair } = cluster()
      await apply(manifests)
      await fault.pods(TOADS, 'closed')
      const id = await inside.begin(requestFor(manifests, { settleMs: 30_000, paths: only('ClusterIP', 'DNS') }))
      await until(async () => resultsOf(await inside.job(id)).some(({ failure }) => failure !== null))
      await repair()
      const job = await inside.job(id, 40)
      expect([job.status, job.verdict]).toEqual(['finished', 'pass'])
      const rounds = tried(job)
        .filter(({ kind }) => kind === 'ClusterIP')
        .flatMap(({ results }) => results)
      expect([rounds.at(0)?.failure?.code, rounds.at(-1)?.outcome]).toEqual(['connection_refused', 'pass'])
      expect(rounds.at(-1)?.round).toBeGreaterThan(1)
    })
  })

  describe('expect.unreachable', () => {
    const request = (manifests: readonly Manifest[]) =>
      requestFor(manifests, {
        timeoutMs: TIMEOUT_MS,
        paths: only('NodePort'),
        expect: { unreachable: [{ kind: 'NodePort', node: 'node-2' }] },
      })

    it('is met by a firewall, and broken without one', async () => {
      const manifests = sceneOf()
      const { apply, fault, inside } = cluster()
      await apply(manifests)
      const open = await inside.ask(request(manifests))
      await fault.filter('node-2', 'prerouting', ['tcp dport 30080 drop'])
      const shut = await inside.ask(request(manifests))
      expect([open.verdict, told(open).NodePort]).toEqual([
        'fail',
        { 'node-1': 'pass', 'node-2': 'unexpectedly_reachable', 'node-3': 'pass' },
      ])
      expect([shut.verdict, told(shut).NodePort]).toEqual(['pass', 'pass'])
    })
  })
}

/** Bounded: each look takes a process of its own. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 500; look++) {
    if (await isSo()) {
      return
    }
  }
  throw new Error('it did not become so')
}
