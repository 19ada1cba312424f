/** Servers that tell of themselves by the health service of gRPC. */
import { expect, it } from 'vitest'
import { service, slice } from '../../../test/support/manifests.ts'
import { type Saw, told } from '../../../test/support/scenario.ts'

const MANIFESTS = [
  service({ ports: [{ name: 'grpc', port: 9090, targetPort: 9090 }] }),
  slice([{ at: '10.244.0.9' }, { at: '10.244.0.10' }], { ports: [{ name: 'grpc', port: 9090 }] }),
]

it('pods that all say that they do not serve are told as that', () => {
  const saw: Saw = ({ dns }) => (dns?.how === 'resolve' ? 'pass' : 'not_serving')
  expect(told({ manifests: MANIFESTS, saw })).toEqual(['grpc_not_serving likely: DNS ClusterIP Endpoint'])
})

it('one pod of two that says so is told as that pod', () => {
  const saw: Saw = ({ address }) => (address === '10.244.0.9' ? 'not_serving' : 'pass')
  expect(told({ manifests: MANIFESTS, saw })).toEqual(['some_endpoints_fail certain: Endpoint'])
})
