import { expect, it } from 'vitest'
import { judgeDns } from './dns.ts'

const told = (how: 'resolve' | 'lookup', answers: readonly string[]) =>
  judgeDns(
    { name: 'toad.pond', type: 'A', values: ['10.96.0.7', '10.96.0.8'], how },
    { server: null, name: 'toad.pond', type: 'A', rcode: 'NOERROR', answers, cname: null, ttl: null, lookup: null },
  )?.message ?? null

it('counts what a question to DNS was answered against what is promised', () => {
  expect(told('resolve', ['10.96.0.9', '10.96.0.8'])).toBe(
    'toad.pond A: 1 of 2 answered is not promised by the objects; 1 of 2 promised is missing',
  )
})

it('says of a lookup nothing about what is missing, as it may leave out a family', () => {
  expect(told('lookup', ['10.96.0.9'])).toBe('toad.pond A: 1 of 1 answered is not promised by the objects')
  expect(told('lookup', ['10.96.0.8'])).toBeNull()
})
