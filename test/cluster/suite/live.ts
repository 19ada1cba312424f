import { describe, expect, it } from 'vitest'
import { service, slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { requestFor, sceneOf, TIMEOUT_MS } from '../scene.ts'
import { outcomes, told } from '../told.ts'
import { CLIENT, endpoints, type Manifest, TOADS, WORLD } from '../world.ts'

/** A job without manifests: Portolan asks the API server of its cluster. */
const live = (asked: Manifest = {}): Manifest => ({
  target: { service: 'toad', namespace: CLIENT.namespace },
  timeoutMs: TIMEOUT_MS,
  ...asked,
})

const onPort = (port: number): Manifest => service({ ports: [{ name: 'http', port, targetPort: 8080 }] })

const POLL = { timeout: 10_000, interval: 50 }

/** The source of a cluster reads what the data plane is made from. */
export function liveTests(cluster: () => Cluster): void {
  describe('objects that are read from the API server', () => {
    it('lead to the paths and outcomes that the same manifests lead to', async () => {
      const manifests = sceneOf()
      await cluster().apply(manifests)
      const [read, given] = [
        await cluster().inside.ask(live()),
        await cluster().inside.ask(requestFor(manifests, { timeoutMs: TIMEOUT_MS })),
      ]
      expect({ verdict: read.verdict, outcomes: outcomes(read) }).toEqual({
        verdict: 'pass',
        outcomes: outcomes(given),
      })
    })

    it('are those of now: a port that changed is dialled, and the old one is not', async () => {
      await cluster().apply([...WORLD, onPort(80), slice(endpoints(...TOADS))])
      const before = await cluster().inside.ask(live())
      await cluster().apply([...WORLD, onPort(81), slice(endpoints(...TOADS))])
      const [after, old] = [
        await cluster().inside.ask(live()),
        await cluster().inside.ask(
          requestFor([...WORLD, onPort(80), slice(endpoints(...TOADS))], { timeoutMs: TIMEOUT_MS }),
        ),
      ]
      const ports = (job: typeof before) => job.paths.filter(({ kind }) => kind === 'ClusterIP').map(({ url }) => url)
      expect([before.verdict, ports(before), after.verdict, ports(after), old.verdict]).toEqual([
        'pass',
        ['http://10.96.0.7/'],
        'pass',
        ['http://10.96.0.7:81/'],
        'fail',
      ])
    })

    it('change while jobs run: each job is of one time, and the last of the last', async () => {
      const scenes = [['toad-1', 'toad-2'], ['toad-3'], ['toad-2', 'toad-4']].map((names) => [
        ...WORLD,
        onPort(80),
        slice(endpoints(...names)),
      ])
      const jobs: string[] = []
      for (const scene of scenes) {
        await cluster().apply(scene)
        jobs.push(await cluster().inside.begin(live({ samples: 3 })))
      }
      const ended = []
      for (const id of jobs) {
        ended.push(await cluster().inside.job(id, 20))
      }
      const dialled = ended.map((job) =>
        job.paths.filter(({ kind }) => kind === 'Endpoint').map(({ address }) => address),
      )
      const sets = [['10.244.1.11', '10.244.1.12'], ['10.244.2.11'], ['10.244.1.12', '10.244.2.12']]
      // A job reads after it was accepted: what came in between may be there already, a mixture never
      for (const [index, addresses] of dialled.entries()) {
        expect(sets.slice(index)).toContainEqual(addresses)
      }
      expect([dialled.at(-1), ended.map(({ verdict }) => verdict)]).toEqual([sets.at(-1), ['pass', 'pass', 'pass']])
    })

    it('are read again between the rounds of a job that settles: it ends on the pods of its end', async () => {
      await cluster().apply([...WORLD, onPort(80), slice(endpoints('toad-1'))])
      await cluster().fault.pods(['toad-1'], 'closed')
      const id = await cluster().inside.begin(live({ settleMs: 15_000, retries: { limit: 0 } }))
      await expect
        .poll(async () => (await cluster().inside.job(id)).paths.some(({ results }) => results.length > 0), POLL)
        .toBe(true)
      await cluster().apply([...WORLD, onPort(80), slice(endpoints('toad-2'))])
      const { verdict, paths } = await cluster().inside.job(id, 20)
      const dialled = paths.filter(({ kind }) => kind === 'Endpoint').map(({ address, outcome }) => [address, outcome])
      expect([verdict, dialled]).toEqual([
        'pass',
        [
          ['10.244.1.12', 'pass'],
          // The pod that has gone stays with what was seen of it, and counts no more
          ['10.244.1.11', 'skipped'],
        ],
      ])
    })

    it('are told as gone when the Service is deleted, and found again when it is made anew', async () => {
      await cluster().apply(WORLD)
      const gone = await cluster().inside.refused(live())
      await cluster().apply([...WORLD, service(), slice(endpoints('toad-1'))])
      const again = await cluster().inside.ask(live())
      expect([gone, told(again).ClusterIP]).toEqual([{ status: 404, code: 'service_not_found' }, 'pass'])
    })
  })
}
