import { describe, expect, it } from 'vitest'
import { grpcCheck, httpCheck } from '../../test/support/checks.ts'
import { aRequest } from '../../test/support/request.ts'
import type { ProblemError } from '../lib/problem.ts'
import type { Check } from '../plan/check.ts'
import { type Principal, UNBOUNDED } from '../record/principal.ts'
import { narrowed } from './narrowed.ts'

const TENANT: Principal = { ...UNBOUNDED, id: 'tok_1', scopes: 'all', namespaces: ['shop'], manifests: false }

/** What of a check is refused to a caller of one namespace. */
function refusedOf(check: Check): string[] {
  const target = { cluster: 'default', namespace: 'shop', service: 'web' }
  try {
    narrowed(TENANT, { request: aRequest({ target, checks: [check] }), objects: { source: 'cluster' } as never })
    return []
  } catch (error) {
    return (error as ProblemError).errors.map(({ pointer }) => pointer)
  }
}

describe('headers of a caller that does not reach everything', () => {
  it.each([
    ...['Host', 'Forwarded', 'X-Forwarded-Host', 'X-Forwarded-Server', 'X-Host', 'X-Original-Host'],
    ...['X-Original-URL', 'X-Rewrite-URL', 'X-HTTP-Host-Override', 'X_Forwarded_Host', 'x-http_host-override'],
  ])('%s is refused, by which a router may choose another host', (name) => {
    expect(refusedOf(httpCheck({ headers: { [name]: 'pond.example' } }))).toEqual([`/checks/0/headers/${name}`])
    expect(refusedOf(grpcCheck({ metadata: { [name]: 'pond.example' } }))).toEqual([`/checks/0/metadata/${name}`])
  })

  it.each(['Authorization', 'Cookie', 'X-Forwarded-For', 'X-Canary', 'Hostile'])('%s may be sent', (name) => {
    expect(refusedOf(httpCheck({ headers: { [name]: 'pond.example' } }))).toEqual([])
  })
})
