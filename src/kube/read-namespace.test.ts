import { describe, expect, it } from 'vitest'
import { parseManifests } from './parse.ts'
import { PROBE_ANNOTATION_MOST } from './read-meta.ts'

const annotations = {
  'portolan.dev/probe': 'true',
  'portolan.dev/every': '60s',
  'prometheus.io/probe': 'true',
  'prometheus.io/port': '8080',
  'example.com/owner': 'pond',
}
const kept = { 'portolan.dev/probe': 'true', 'portolan.dev/every': '60s', 'prometheus.io/probe': 'true' }

const read = (object: Record<string, unknown>) => parseManifests([object], { pointer: '' }).objects

describe('annotations that ask for probes', () => {
  it('are read of Namespaces', () => {
    const { namespaces } = read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pond', annotations } })
    expect(namespaces).toEqual([
      {
        kind: 'Namespace',
        meta: {
          ...{ name: 'pond', namespace: null, labels: {}, annotations: kept },
          ...{ createdAt: null, generation: null, deletedAt: null, owner: null },
        },
      },
    ])
  })

  it('are read of Services, and of nothing else', () => {
    const metadata = { name: 'toad', annotations }
    const { services } = read({ kind: 'Service', apiVersion: 'v1', metadata, spec: { ports: [{ port: 80 }] } })
    expect(services[0]?.meta.annotations).toEqual(kept)
    const { pods } = read({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata,
      spec: { containers: [{ name: 'a', image: 'a' }] },
    })
    expect(pods[0]?.meta.annotations).toEqual({})
  })

  it('are kept to one character more than is ever used', () => {
    const long = { 'portolan.dev/job': 'x'.repeat(250_000) }
    const { namespaces } = read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pond', annotations: long } })
    expect(namespaces[0]?.meta.annotations['portolan.dev/job']).toHaveLength(PROBE_ANNOTATION_MOST + 1)
  })
})
