import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packEvidence, unpackEvidence } from './evidence.ts'

const NOTHING = { dns: null, http: null, tls: null, responder: null, failure: null }
const http = (headers: Record<string, string>) => ({
  ...{ status: 200, version: '1.1', headers, headerBytes: 64, location: null },
  ...{
    bodyBytes: 2,
    bodySnippet: 'ok',
    bodySha256: '2689367b205c16ce32ed4200942b8b8b1e262dfc70d9bc9fbc77c49699a4f1df',
  },
})

it('gives back every header as it was, a date in whatever spelling', () => {
  const date = fc.oneof(
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }).map((at) => at.toUTCString()),
    fc.constantFrom('', 'yesterday', 'Mon, 23 Nov 2026 00:00:00 UTC', '2026-11-23', 'Sunday, 06-Nov-94 08:49:37 GMT'),
    fc.string(),
  )
  const names = fc.constantFrom('date', 'age', 'x-request-id', 'server', 'content-type', 'Date')
  const headers = fc.dictionary(names, date, { maxKeys: 6, noNullPrototype: true })
  fc.assert(
    fc.property(headers, fc.integer({ min: 0, max: 4e12 }), (given, startedAtMs) => {
      const evidence = { ...NOTHING, http: http(given) }
      expect(unpackEvidence(packEvidence(evidence, startedAtMs), null, startedAtMs)).toEqual(evidence)
    }),
  )
})

it('shares what two healthy answers have in common, to the byte', () => {
  const at = (second: number) =>
    packEvidence(
      {
        ...NOTHING,
        responder: 'toad-1',
        http: http({ date: `Mon, 23 Nov 2026 00:00:0${second} GMT`, 'x-request-id': `r${second}`, server: 'toad' }),
      },
      Date.UTC(2026, 10, 23, 0, 0, second, 7),
    )
  const [first, second] = [at(1), at(2)]
  expect([first.shared, first.body]).toEqual([second.shared, second.body])
  expect([first.own, second.own]).toEqual([
    '{"dateS":0,"headers":{"x-request-id":"r1"}}',
    '{"dateS":0,"headers":{"x-request-id":"r2"}}',
  ])
})
