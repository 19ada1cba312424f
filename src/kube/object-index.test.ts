import { describe, expect, it } from 'vitest'
import { indexObjects } from './object-index.ts'
import type { Unread } from './object-source.ts'
import { parseManifests } from './parse.ts'

const { objects } = parseManifests([], { pointer: '' })
const forbidden = (kind: Unread['kind'], namespace: string | null): Unread => ({
  kind,
  namespace,
  besides: [],
  part: 'all',
  reason: 'forbidden',
  detail: 'not allowed',
  refused: null,
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

  it('do not hide those of the Service itself where only others were left out', () => {
    const others: Unread = { ...forbidden('pods', 'pond'), part: 'others' }
    const index = indexObjects(objects, [others])
    expect(index.unread('pods', 'pond', 'own')).toBeNull()
    expect(index.unread('pods', 'pond')).toBe(others)
  })

  it('may be those of every namespace but some', () => {
    const elsewhere: Unread = { ...forbidden('ingresses', null), besides: ['pond'] }
    const index = indexObjects(objects, [elsewhere])
    expect(index.unread('ingresses', 'pond')).toBeNull()
    expect(index.unread('ingresses', 'moor')).toBe(elsewhere)
    expect(index.unread('ingresses', null)).toBe(elsewhere)
  })

  it('are wanted, each once, when they are asked about and only nobody had asked for them', () => {
    const unasked: Unread = { ...forbidden('workloads', 'pond'), reason: 'not_asked' }
    const index = indexObjects(objects, [unasked, forbidden('nodes', null)])
    expect(index.wanted()).toEqual([])
    index.unread('nodes', null)
    index.unread('workloads', 'pond')
    index.unread('workloads', 'pond')
    expect(index.wanted()).toEqual([{ kind: 'workloads', namespace: 'pond', part: 'others' }])
  })

  it('are none of manifests', () => {
    expect(indexObjects(objects).unread('pods', null)).toBeNull()
  })
})
