import { describe, expect, it } from 'vitest'
import { service } from '../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf, reasonOf } from '../../test/support/plan-lines.ts'
import { checkText, planOf } from '../../test/support/plan-text.ts'

const alias = (spec: Record<string, unknown> = {}) =>
  service({ type: 'ExternalName', externalName: 'api.example.com', ports: [{ port: 443 }], ...spec })
const FQDN = 'toad.pond.svc.cluster.local'

describe('ExternalName (A5)', () => {
  it('is a CNAME in the cluster, and the target dialled under its own name', () => {
    const plan = planOf([alias()])
    expect(linesOf(plan, 'DNS')).toEqual([
      `dns:${FQDN}?type=CNAME`,
      'dns:toad.pond?type=A',
      'dns:toad.pond.svc?type=A',
      `${FQDN}:443 unknown`,
    ])
    expect(pathOf(plan, 'DNS').dns).toEqual({ name: FQDN, type: 'CNAME', values: ['api.example.com'], how: 'resolve' })
    expect(linesOf(plan, 'ExternalName')).toEqual(['api.example.com:443'])
    expect(pathOf(plan, 'ExternalName').checks.map(checkText)).toEqual([
      'http GET https://api.example.com/ SNI api.example.com, certificate judged',
    ])
  })

  it('does not promise that the target serves the name of the Service', () => {
    const path = pathOf(planOf([alias()]), 'DNS', ({ address }) => address === FQDN)
    expect(doubtsOf(path).at(-1)).toBe(
      "Service/toad spec.externalName: a client that dials the Service's name sends that name as Host and SNI, which api.example.com may not serve",
    )
  })

  it('remaps no port', () => {
    const plan = planOf([alias({ ports: [{ port: 80, targetPort: 8080 }] })])
    expect(linesOf(plan, 'ExternalName')).toEqual(['api.example.com:80'])
  })

  it('is only looked up where no port is mentioned', () => {
    const path = pathOf(planOf([alias({ ports: [] })]), 'ExternalName')
    expect(path).toMatchObject({
      port: null,
      dns: { name: 'api.example.com', values: null, how: 'lookup' },
      checks: [{ type: 'dns' }],
    })
  })

  it('can be tested from anywhere, unlike the name of the Service', () => {
    const plan = planOf([alias()], { vantage: 'edge' })
    expect(linesOf(plan, 'ExternalName')).toEqual(['api.example.com:443'])
    expect(plan.paths.filter(({ kind }) => kind === 'DNS').every(({ skipped }) => skipped?.reason === 'vantage')).toBe(
      true,
    )
  })

  it('has no other kind of path', () => {
    const plan = planOf([alias()])
    expect(['ClusterIP', 'NodePort', 'Endpoint', 'Environment'].map((kind) => reasonOf(plan, kind))).toEqual([
      "Service type is ExternalName: the cluster's DNS alone knows it",
      "Service type is ExternalName: the cluster's DNS alone knows it",
      'Service type is ExternalName: it has no endpoints',
      "Service type is ExternalName: the cluster's DNS alone knows it",
    ])
  })

  it('promises no CNAME to an IP address, which DNS cannot serve', () => {
    const plan = planOf([alias({ externalName: '192.0.2.9' })])
    expect(linesOf(plan, 'DNS')).toEqual([
      `dns:${FQDN}?type=CNAME unknown`,
      'dns:toad.pond?type=A unknown',
      'dns:toad.pond.svc?type=A unknown',
      `${FQDN}:443 unknown`,
    ])
    expect(linesOf(plan, 'ExternalName')).toEqual(['192.0.2.9:443 unknown'])
  })
})
