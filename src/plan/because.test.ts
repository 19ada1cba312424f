import { describe, expect, it } from 'vitest'
import {
  type Because,
  becauseText,
  comesFrom,
  doubted,
  doubtText,
  excused,
  fieldOf,
  inOrder,
  mergeBecause,
  noted,
  noteOf,
} from './because.ts'

const CLUSTER_IP = fieldOf('Service/toad', 'spec.clusterIP')
const POLICY = fieldOf('Service/toad', 'spec.internalTrafficPolicy', '=Local')

describe('becauseText', () => {
  it.each<[Because, string]>([
    [CLUSTER_IP, 'Service/toad spec.clusterIP'],
    [fieldOf(null, 'addresses.nodes[0]'), 'addresses.nodes[0]'],
    [noteOf('the search list of pods'), 'the search list of pods'],
    [excused(POLICY, 'no endpoint here'), 'Service/toad spec.internalTrafficPolicy=Local: no endpoint here'],
    [doubted(fieldOf('Node/node-1', null), 'a virtual node'), 'Node/node-1: a virtual node'],
    [noted(noted(CLUSTER_IP, 'given'), 'and kept'), 'Service/toad spec.clusterIP: given: and kept'],
  ])('%#: shows %o', (because, text) => {
    expect(becauseText(because)).toBe(text)
  })
})

describe('the reasons of a path', () => {
  const doubt = doubted(CLUSTER_IP, 'not promised')
  const excuse = excused(POLICY, 'as meant')

  it('stand as facts first, then doubts, then excuses', () => {
    expect(inOrder([excuse, doubt, CLUSTER_IP, POLICY])).toEqual([CLUSTER_IP, POLICY, doubt, excuse])
  })

  it('are each there once where two objects make one path', () => {
    expect(mergeBecause([CLUSTER_IP, doubt], [POLICY, doubt, CLUSTER_IP])).toEqual([CLUSTER_IP, doubt, POLICY])
  })

  it('tell the last doubt, where there is one', () => {
    expect(doubtText([CLUSTER_IP, doubt, excuse])).toBe('Service/toad spec.internalTrafficPolicy=Local: as meant')
    expect(doubtText([CLUSTER_IP, POLICY])).toBeNull()
  })

  it('name a field by itself, not by what its text begins with', () => {
    const rule = fieldOf('Ingress/toad', 'spec.rules[0].http.paths[1]')
    expect(comesFrom([fieldOf('Ingress/toad', 'spec.rules[0].http.paths[10]')], rule)).toBe(false)
    expect(comesFrom([CLUSTER_IP, noted(rule, 'asked at /b')], rule)).toBe(true)
  })
})
