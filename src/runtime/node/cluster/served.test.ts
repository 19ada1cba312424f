import { afterEach, describe, expect, it } from 'vitest'
import { type ApiServer, recordedObjects } from '../../../../test/support/api-server.ts'
import { liveClusters } from '../../../../test/support/live-cluster.ts'
import { createManualClock } from '../../../../test/support/manual-clock.ts'

const live = liveClusters()
afterEach(live.closeAll)

const TARGET = { cluster: 'default', namespace: 'default', service: 'toad-svc' }
const MINUTE = 60_000

const askedAbout = ({ seen }: ApiServer) => seen.requests.filter(({ path }) => path === GROUPS).length
const GROUPS = '/apis'

describe('the Gateway API', () => {
  it('is read where it is served, and is asked about every five minutes', async () => {
    const clock = createManualClock(0)
    const server = await live.start({ isRecorded: true, hasGateway: true })
    const { source } = live.connect(server, { clock })
    const routes = async () => (await source.read(TARGET, { held: false })).objects.gatewayRoutes.length
    const expected = recordedObjects({ hasGateway: true }).filter(
      ({ kind, metadata }) => ['HTTPRoute', 'TCPRoute'].includes(kind) && metadata.namespace === 'default',
    ).length
    expect(expected).toBeGreaterThan(0)
    expect(await routes()).toBe(expected)
    clock.advance(4 * MINUTE)
    expect([await routes(), askedAbout(server)]).toEqual([expected, 1])
    clock.advance(MINUTE)
    expect([await routes(), askedAbout(server)]).toEqual([expected, 2])
  })

  it('is asked about anew when it proves not to be served any more, and is unknown then', async () => {
    const clock = createManualClock(0)
    const server = await live.start({ isRecorded: true, hasGateway: true })
    const { source } = live.connect(server, { clock })
    await source.read(TARGET, { held: false })
    server.serveGateway(false)
    const { objects, provenance } = await source.read(TARGET, { held: false })
    expect(objects.gatewayRoutes).toEqual([])
    expect(provenance.unread.filter(({ kind }) => kind === 'gatewayRoutes').map(({ reason }) => reason)).toEqual([
      'not_asked',
      'not_served',
    ])
  })
})
