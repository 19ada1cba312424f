import { expect, it } from 'vitest'
import { judgeDns } from './dns.ts'

const told = (how: 'resolve' | 'lookup', answers: readonly string[]) =>
  judgeDns(
    { name: 'toad.pond', type: 'A', values: ['10.96.0.7', '10.96.0.8'], how },
    { server: null, name: 'toad.pond', type: 'A', rcode: 'NOERROR', answers, cname: null, ttl: null, lookup: null },
  )?.message ?? null

it('names what a question to DNS was answered, and what is promised', () => {
  expect(told('resolve', ['10.96.0.9', '10.96.0.8'])).toBe(
    'toad.pond A: answered 10.96.0.9, 10.96.0.8, promised 10.96.0.7, 10.96.0.8',
  )
})

it('says that nothing was answered, cuts long lists, and repeats no name that no host has', () => {
  expect(told('resolve', [])).toBe('toad.pond A: answered nothing, promised 10.96.0.7, 10.96.0.8')
  expect(told('resolve', ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'])).toMatch(/10.0.0.4 and 1 more, /)
  expect(told('resolve', ['<b>\u001b[1m'])).toMatch(/answered another name, /)
})

it('says of a lookup nothing about what is missing, as it may leave out a family', () => {
  expect(told('lookup', ['10.96.0.9'])).toBe('toad.pond A: answered 10.96.0.9, promised 10.96.0.7, 10.96.0.8')
  expect(told('lookup', ['10.96.0.8'])).toBeNull()
})
