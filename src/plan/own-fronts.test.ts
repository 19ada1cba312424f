import { expect, it } from 'vitest'
import { loadBalancerStatus, service, slice } from '../../test/support/manifests.ts'
import { read } from '../../test/support/read-manifests.ts'
import { indexObjects } from '../kube/object-index.ts'
import { frontsOf } from './own-fronts.ts'

const PORTS = [
  { name: 'http', port: 80, targetPort: 8080 },
  { name: 'metrics', port: 9100, targetPort: 9100 },
]

it('finds the addresses of every Service behind which the listener stands, at the ports that lead to it', () => {
  const own = service(
    { type: 'LoadBalancer', ports: PORTS, externalIPs: ['192.0.2.9'] },
    { name: 'portolan' },
    loadBalancerStatus({ ip: '203.0.113.7' }, { hostname: 'lb.example' }),
  )
  const headless = service({ clusterIP: 'None' }, { name: 'headless' })
  const manifests = [
    own,
    slice([{ at: '10.1.0.6' }, { at: '10.1.0.5' }], {
      service: 'portolan',
      name: 'portolan-1',
      ports: [
        { name: 'http', port: 8080, protocol: 'TCP' },
        { name: 'metrics', port: 9100, protocol: 'TCP' },
      ],
    }),
    headless,
    slice([{ at: '10.1.0.5' }], { service: 'headless', name: 'headless-1' }),
    service(),
    slice([{ at: '10.1.0.6' }]),
  ]
  const isOwn = (address: string, port: number) => address === '10.1.0.5' && port === 8080
  expect(frontsOf(indexObjects(read(manifests).objects, [], 'cluster'), isOwn)).toEqual([
    { address: '10.96.0.7', port: 80 },
    { address: '192.0.2.9', port: 80 },
    { address: '203.0.113.7', port: 80 },
  ])
})
