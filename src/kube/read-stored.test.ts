import { describe, expect, it } from 'vitest'
import { byKind } from './kinds.ts'
import { parseManifests } from './parse.ts'
import { readStored } from './read-stored.ts'

const service = (name: string, spec: object) => ({
  metadata: { name, namespace: 'pond', uid: 'u', managedFields: [{ manager: 'kubectl' }] },
  spec,
})
const TOAD = service('toad', { clusterIP: '10.96.0.7', ports: [{ port: 80 }], sessionAffinity: 'None' })

describe('reading what an API server gave out', () => {
  it('reads items that say neither kind nor version as it reads the same manifests', () => {
    const { objects, refused } = readStored([TOAD], 'Service', 'v1')
    const manifests = parseManifests([{ apiVersion: 'v1', kind: 'ServiceList', items: [TOAD] }], { pointer: '' })
    expect({ objects: byKind(objects), refused }).toEqual({ objects: manifests.objects, refused: [] })
  })

  it('leaves out what a reader refuses, with the reason, and reads the rest', () => {
    const later = service('newt', { clusterIP: '10.96.0.8', ports: [{ port: 80 }], sessionAffinity: 'Sometimes' })
    const { objects, refused } = readStored([later, TOAD, 7], 'Service', 'v1')
    expect(objects.map(({ meta }) => meta.name)).toEqual(['toad'])
    expect(refused).toEqual([
      {
        object: 'Service/newt',
        namespace: 'pond',
        reason: 'spec.sessionAffinity: found "Sometimes", expected None or ClientIP.',
      },
      { object: 'Service/', namespace: null, reason: 'it is no mapping' },
    ])
  })
})
