import { describe, expect, it } from 'vitest'
import { indexObjects } from './object-index.ts'
import type { Unread } from './object-source.ts'
import { parseManifests } from './parse.ts'

const { objects } = parseManifests([], { pointer: '' })
const forbidden = (kind: Unread['kind'], namespace: string | null): Unread => ({
  ...{ kind, namespace, reason: 'forbidden', detail: 'not allowed' },
})

describe('objects that were not read', () => {
  it('are told from objects that are not there, by kind and namespace', () => {
    const pods = forbidden('pods', 'pond')
    const nodes = forbidden('nodes', null)
    const index = indexObjects(objects, [pods, nodes])
    expect(index.unread('pods', 'pond')).toBe(pods)
    expect(index.unread('pods', 'moor')).toBeNull()
    // Whoever looks in every namespace has not seen this one
    expect(index.unread('pods', null)).toBe(pods)
    expect(index.unread('nodes', null)).toBe(nodes)
    expect(index.unread('nodes', 'pond')).toBe(nodes)
    expect(index.unread('services', null)).toBeNull()
  })

  it('are none of manifests', () => {
    expect(indexObjects(objects).unread('pods', null)).toBeNull()
  })
})
