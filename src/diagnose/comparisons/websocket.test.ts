import { expect, it } from 'vitest'
import { answerJob, type World } from '../../../test/support/answering.ts'
import { httpCheck } from '../../../test/support/checks.ts'
import { ingress, ingressClass, service, slice } from '../../../test/support/manifests.ts'

const OBJECTS = [
  service(),
  slice([{ at: '10.244.1.5', node: 'node-1' }]),
  ingress([{}]),
  ingressClass('nginx', 'nginx.org/ingress-controller'),
]
const check = httpCheck({ isDefault: false, path: null, upgrade: 'websocket' })
const see = (world: World) =>
  answerJob(OBJECTS, world, {
    request: { checks: [check], addresses: { ingressController: ['198.51.100.9'] } },
  })

it.each<[string, World, string[]]>([
  [
    'a controller that keeps the upgrade to itself',
    ({ path }) => (path.kind === 'Ingress' ? { failure: 'websocket_not_upgraded', status: 200 } : { status: 101 }),
    ['upgrade_not_handed_on likely'],
  ],
  [
    'a cache before the controller that gives out an old answer',
    ({ path }) => (path.kind === 'Ingress' ? { failure: 'websocket_handshake_invalid', status: 101 } : { status: 101 }),
    ['upgrade_not_handed_on likely'],
  ],
  [
    'an application that speaks no WebSocket',
    () => ({ failure: 'websocket_not_upgraded', status: 200 }),
    ['answer_unexpected likely'],
  ],
  ['WebSocket everywhere', () => ({ status: 101 }), []],
])('%s', (_what, world, found) => {
  expect(see(world).found).toEqual(found)
})

it('is confirmed by the handshake as curl makes it', () => {
  const world: World = ({ path }) =>
    path.kind === 'Ingress' ? { failure: 'websocket_not_upgraded', status: 200 } : { status: 101 }
  const [finding] = see(world).diagnosis.findings
  expect(finding?.confirm).toMatch(/^curl -sik --http1\.1 .* -H 'Upgrade: websocket' .* http:\/\/toad\.example\.com\/$/)
})
