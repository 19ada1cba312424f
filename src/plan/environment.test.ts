import { describe, expect, it } from 'vitest'
import { service } from '../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf, reasonOf } from '../../test/support/plan-lines.ts'
import { planOf } from '../../test/support/plan-text.ts'
import { parseEnvironment, serviceVariables } from './environment.ts'

describe('Environment (A10)', () => {
  it('is the eight forms, of which the first port gives those without a name', () => {
    const ports = [
      { name: 'http', port: 80 },
      { name: 'dns-udp', port: 53, protocol: 'UDP' },
    ]
    const plan = planOf([service({ ports }, { name: 'toad-svc' })], { addresses: { environment: '' } })
    expect(linesOf(plan, 'Environment')).toEqual([
      'TOAD_SVC_SERVICE_HOST=10.96.0.7',
      'TOAD_SVC_SERVICE_PORT=80',
      'TOAD_SVC_SERVICE_PORT_HTTP=80',
      'TOAD_SVC_SERVICE_PORT_DNS_UDP=53',
      'TOAD_SVC_PORT=tcp://10.96.0.7:80',
      'TOAD_SVC_PORT_80_TCP=tcp://10.96.0.7:80',
      'TOAD_SVC_PORT_80_TCP_PROTO=tcp',
      'TOAD_SVC_PORT_80_TCP_PORT=80',
      'TOAD_SVC_PORT_80_TCP_ADDR=10.96.0.7',
      'TOAD_SVC_PORT_53_UDP=udp://10.96.0.7:53',
      'TOAD_SVC_PORT_53_UDP_PROTO=udp',
      'TOAD_SVC_PORT_53_UDP_PORT=53',
      'TOAD_SVC_PORT_53_UDP_ADDR=10.96.0.7',
    ])
  })

  it('tells the primary family only, with brackets in URLs', () => {
    const plan = planOf([service({ clusterIPs: ['fd00::7', '10.96.0.7'], clusterIP: 'fd00::7' })], {
      addresses: { environment: '' },
    })
    expect(linesOf(plan, 'Environment').slice(0, 4)).toEqual([
      'TOAD_SERVICE_HOST=fd00::7',
      'TOAD_SERVICE_PORT=80',
      'TOAD_SERVICE_PORT_HTTP=80',
      'TOAD_PORT=tcp://[fd00::7]:80',
    ])
  })

  it('finds what the caller supplied, and holds it against the Service', () => {
    const environment = 'PATH=/bin\nTOAD_SERVICE_HOST=10.96.0.99\n'
    const plan = planOf([service()], { vantage: 'outside', addresses: { environment } })
    expect(pathOf(plan, 'Environment')).toMatchObject({
      expected: 'reachable',
      skipped: null,
      variable: { name: 'TOAD_SERVICE_HOST', value: '10.96.0.7', found: '10.96.0.99' },
      checks: [],
    })
    expect(
      pathOf(plan, 'Environment', ({ variable }) => variable?.name === 'TOAD_SERVICE_PORT').variable?.found,
    ).toBeNull()
  })

  it('reads its own environment only for Services of its own namespace, and promises nothing of it', () => {
    const environment = { TOAD_SERVICE_HOST: '10.96.0.7' }
    const own = planOf([service()], { prober: { namespace: 'pond', environment } })
    expect(pathOf(own, 'Environment').variable?.found).toBe('10.96.0.7')
    expect(doubtsOf(pathOf(own, 'Environment'))).toEqual([
      "the prober's own environment: variables are set when a pod starts, so it may be older than the Service",
    ])
    expect(linesOf(planOf([service()], { prober: { namespace: 'lake', environment } }), 'Environment')).toEqual([
      'TOAD_SERVICE_HOST=10.96.0.7 skipped vantage',
      'TOAD_SERVICE_PORT=80 skipped vantage',
    ])
  })

  it('does not apply without a cluster IP', () => {
    expect(reasonOf(planOf([service({ clusterIP: 'None' })]), 'Environment')).toBe(
      'spec.clusterIP is None: a headless Service has no address of its own',
    )
    expect(reasonOf(planOf([service({ clusterIP: null })]), 'Environment')).toBe(
      'the Service has no clusterIP yet, which the variables would hold',
    )
  })

  it('promises nothing of a variable that another Service sets too', () => {
    const other = service({ clusterIP: '10.96.0.8' }, { name: 'toad-service' })
    const plan = planOf([service(), other], { target: { service: 'toad' }, addresses: { environment: '' } })
    const doubted = plan.paths.filter(({ kind, expected }) => kind === 'Environment' && expected === 'unknown')
    expect(doubted.map(({ variable }) => variable?.name)).toEqual(['TOAD_SERVICE_PORT'])
  })
})

describe('parseEnvironment', () => {
  it('reads what env prints, values of several lines included', () => {
    expect({ ...parseEnvironment('A=1\r\nKEY=-----BEGIN\na+b c\n-----END\nB=x=y\n\n__proto__=z\n') }).toEqual({
      A: '1',
      KEY: '-----BEGIN\na+b c\n-----END',
      B: 'x=y',
      ['__proto__']: 'z',
    })
  })
})

describe('serviceVariables', () => {
  it('keeps what Kubernetes makes for Services, of every form, and nothing else', () => {
    const made = [
      'TOAD_SVC_SERVICE_HOST=10.96.0.7',
      'TOAD_SVC_SERVICE_PORT=80',
      'TOAD_SVC_SERVICE_PORT_HTTP=80',
      'TOAD_SVC_PORT=tcp://10.96.0.7:80',
      'TOAD_SVC_PORT_80_TCP=tcp://10.96.0.7:80',
      'TOAD_SVC_PORT_80_TCP_PROTO=tcp',
      'TOAD_SVC_PORT_80_TCP_PORT=80',
      'TOAD_SVC_PORT_80_TCP_ADDR=10.96.0.7',
    ].join('\n')
    const own = 'HOME=/\nDB_PASSWORD=hunter2\nKEY=-----BEGIN\nabc\n-----END'
    expect(serviceVariables(`${own}\n${made}\nPORTS=1\nTOAD_SERVICE_HOSTS=2\n`)).toBe(made)
    expect(serviceVariables(`${made}\nsecond line of nobody's`)).toBe(made)
  })
})
