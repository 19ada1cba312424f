import { describe, expect, it } from 'vitest'
import { recordedBody } from '../../test/support/api-server/recordings.ts'
import type { ReadKind } from './kinds.ts'
import { readStored } from './read-stored.ts'

type List = { apiVersion: string; items: Record<string, unknown>[] }

describe('lists of the Gateway API, recorded from an API server, are read whole', () => {
  it.each<[string, ReadKind]>([
    ['list-gatewayclasses', 'GatewayClass'],
    ['list-gateways', 'Gateway'],
    ['list-httproutes', 'HTTPRoute'],
    ['list-httproutes-v1beta1', 'HTTPRoute'],
    ['list-referencegrants', 'ReferenceGrant'],
    ['list-tcproutes', 'TCPRoute'],
  ])('%s', (name, kind) => {
    const { items, apiVersion } = recordedBody<List>(`gateway/${name}`)
    const { objects, refused } = readStored(items, kind, apiVersion)
    expect({ refused, kinds: objects.map((object) => object.kind) }).toEqual({
      refused: [],
      kinds: items.map(() => kind),
    })
    expect(items.length).toBeGreaterThan(0)
    expect(objects).toMatchSnapshot()
  })
})
