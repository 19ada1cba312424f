import { describe, expect, it } from 'vitest'
import { plannedPath } from '../../test/support/checks.ts'
import { keepOffOwn, keepWithin, narrowTo } from './egress-only.ts'

const skips = (plan: { paths: readonly { address: string | null; skipped: unknown }[] }) =>
  plan.paths.map(({ address, skipped }) => [address, skipped])

describe('what is asked for', () => {
  it('carries what its caller is narrowed to, and keeps it where another asks for it again', () => {
    const narrow = (before: string[] | undefined, now: string[] | null) =>
      narrowTo({ ...(before && { egressOnly: before }) }, now).egressOnly
    expect([
      narrow(undefined, null),
      narrow(undefined, ['10.0.0.0/8']),
      narrow(['10.0.0.0/8'], null),
      narrow(['10.0.0.0/8'], ['10.1.0.0/16', '11.0.0.0/8', 'fd00::/8']),
      narrow(['10.1.0.0/16', 'fd00::/8'], ['10.0.0.0/8', '::/0']),
      narrow(['10.0.0.0/8'], ['11.0.0.0/8']),
    ]).toEqual([undefined, ['10.0.0.0/8'], ['10.0.0.0/8'], ['10.1.0.0/16'], ['10.1.0.0/16', 'fd00::/8'], []])
  })
})

describe('a plan', () => {
  const sampled = { reason: 'sampled', detail: 'one of many' } as const
  const paths = [
    plannedPath({ address: '10.96.0.7' }),
    plannedPath({ address: '192.0.2.1' }),
    plannedPath({ address: '192.0.2.2', skipped: sampled }),
    plannedPath({ address: 'lb.example.com', family: null }),
  ]

  it('skips what is known to lie outside, and leaves names to what they resolve to', () => {
    expect(skips(keepWithin({ paths }, ['10.0.0.0/8']))).toEqual([
      ['10.96.0.7', null],
      ['192.0.2.1', { reason: 'policy', detail: '192.0.2.1 is outside egressOnly' }],
      ['192.0.2.2', sampled],
      ['lb.example.com', null],
    ])
  })

  it('skips nothing where nothing narrows it, and every address where nothing is left', () => {
    expect(skips(keepWithin({ paths }, undefined))).toEqual(skips({ paths }))
    expect(skips(keepWithin({ paths }, [])).map(([, skipped]) => skipped === null)).toEqual([false, false, false, true])
  })

  it('of Portolan itself skips the ports that it listens on, by whichever address, and no other', () => {
    const port = (number: number) => ({ ...plannedPath().port, name: null, number }) as never
    const own = {
      paths: [
        plannedPath({ kind: 'Endpoint', address: '10.1.0.5', addressPort: 8080, port: port(80) }),
        plannedPath({ kind: 'ClusterIP', address: '10.96.0.7', addressPort: 80, port: port(80) }),
        plannedPath({ kind: 'DNS', address: 'portolan.pond.svc', family: null, port: port(80) }),
        plannedPath({ kind: 'ClusterIP', address: '10.96.0.7', addressPort: 9090, port: port(9090) }),
      ],
    }
    const kept = keepOffOwn(own, (address, at) => address === '10.1.0.5' && at === 8080)
    const told = { reason: 'policy', detail: "it leads to Portolan's own listener, which is never dialled" }
    expect(skips(kept)).toEqual([
      ['10.1.0.5', told],
      ['10.96.0.7', told],
      ['portolan.pond.svc', told],
      ['10.96.0.7', null],
    ])
  })
})
