/** The Services in front of this pod are found in the cluster, and the thread that probes dials them no more. */
import { expect, it } from 'vitest'
import type { OwnAddresses } from '../../../src/check/own-listener.ts'
import type { Result } from '../../../src/check/result.ts'
import { manifestSource, type ReadTarget } from '../../../src/kube/object-source.ts'
import { keepOwnFronts } from '../../../src/runtime/node/own-fronts.ts'
import { createProber } from '../../../src/runtime/node/prober.ts'
import { aPlan, aWork, handed, httpCheck, plannedPath, quietLog } from '../../support/checks.ts'
import { service, slice } from '../../support/manifests.ts'
import { quickClock } from '../../support/quick-clock.ts'
import { read } from '../../support/read-manifests.ts'
import { startPod } from '../../support/toad.ts'

it('are looked for in the namespace of the pod, and told when they are found', async () => {
  const stop = new AbortController()
  const asked: ReadTarget[] = []
  const source = manifestSource(read([service(), slice([{ at: '10.1.0.5' }])]))
  const fronts = new Promise((found) =>
    keepOwnFronts(
      {
        clock: quickClock(1),
        log: quietLog(),
        where: { cluster: 'default', namespace: 'pond' },
        isOwn: (address, port) => address === '10.1.0.5' && port === 8080,
        source: {
          read: (target, how) => {
            asked.push(target)
            return source.read(target, how)
          },
        },
        found(addresses) {
          stop.abort()
          found(addresses)
        },
      },
      stop.signal,
    ),
  )
  expect([await fronts, asked[0]]).toEqual([
    [{ address: '10.96.0.7', port: 80 }],
    { cluster: 'default', namespaces: ['pond'], selector: null },
  ])
})

it('are dialled until the thread is told, and not after, whoever asks', async () => {
  const pod = await startPod('toad-1')
  const own: OwnAddresses = { listeners: [], fronts: [], publicUrl: null }
  const settings = { egressAllow: ['127.0.0.0/8'], egressDeny: [], concurrency: 1, concurrencyPerAddress: 1, own }
  const prober = createProber(settings, quietLog())
  const run = async () => {
    const results: Result[] = []
    const plan = aPlan([plannedPath({ address: pod.address, addressPort: pod.port, checks: [httpCheck()] })])
    const hooks = { signal: new AbortController().signal, record: (result: Result) => results.push(result) }
    await prober.runChecks(handed(aWork(plan)), hooks)
    return results.map(({ outcome, failure }) => [outcome, failure?.message ?? null])
  }
  const before = await run()
  prober.toldOwn?.({ ...own, fronts: [{ address: pod.address, port: pod.port }] })
  const after = await run()
  expect([before, after, pod.requests.length]).toEqual([
    [['pass', null]],
    [['skipped', `127.0.0.1:${pod.port} is Portolan's own listener`]],
    1,
  ])
  await Promise.all([prober.close(), pod.close()])
})
