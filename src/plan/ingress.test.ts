import { describe, expect, it } from 'vitest'
import { ingress, ingressClass, loadBalancerStatus, node, pod, service } from '../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf, reasonOf } from '../../test/support/plan-lines.ts'
import { checkText, planOf } from '../../test/support/plan-text.ts'

const AT = 'at 203.0.113.80'
const tls = (...hosts: string[]) => ({
  tls: [hosts.length === 0 ? { secretName: 'cert' } : { hosts, secretName: 'cert' }],
})
const toad = { target: { service: 'toad' } }

describe('Ingress rules (A7)', () => {
  it('dials the controller, with the Host of the rule', () => {
    const plan = planOf([service(), ingress([{ path: '/pond' }])])
    expect(linesOf(plan, 'Ingress')).toEqual([`http://toad.example.com/pond ${AT}:80`])
    expect(pathOf(plan, 'Ingress')).toMatchObject({
      host: 'toad.example.com',
      rulePath: '/pond',
      pathType: 'Prefix',
      port: { name: 'http', number: 80, protocol: 'TCP' },
      because: [
        'Ingress/toad spec.rules[0].http.paths[0]',
        'Service/toad spec.ports[0].port',
        'Ingress/toad status.loadBalancer.ingress[0].ip',
      ],
    })
    expect(pathOf(plan, 'Ingress').checks.map(checkText)).toEqual(['http GET http://toad.example.com/pond'])
  })

  it('is one path a rule that names the Service, at every address of the controller', () => {
    const status = loadBalancerStatus({ ip: '203.0.113.80' }, { hostname: 'in.example.net' })
    const plan = planOf([
      service(),
      ingress([{ path: '/a' }, { path: '/b', to: 'frog' }, { path: '/c' }], {}, {}, status),
    ])
    expect(linesOf(plan, 'Ingress')).toEqual([
      `http://toad.example.com/a ${AT}:80`,
      'http://toad.example.com/a at in.example.net:80',
      `http://toad.example.com/c ${AT}:80`,
      'http://toad.example.com/c at in.example.net:80',
    ])
  })

  it('does not cross namespaces', () => {
    expect(reasonOf(planOf([service(), ingress([{}], {}, { namespace: 'lake' })]), 'Ingress')).toBe(
      'no Ingress among the objects names the Service in its namespace',
    )
  })

  it.each([
    ['networking.k8s.io/v1beta1', { serviceName: 'toad', servicePort: 80 }],
    ['extensions/v1beta1', { serviceName: 'toad', servicePort: 'http' }],
  ])('reads %s', (apiVersion, backend) => {
    const old = {
      ...ingress([]),
      apiVersion,
      spec: { backend, rules: [{ host: 'toad.example.com', http: { paths: [{ backend }] } }] },
    }
    expect(linesOf(planOf([service(), old]), 'Ingress')).toEqual([
      `http://toad.example.com/ ${AT}:80`,
      `http://203.0.113.80/ ${AT}:80 unknown`,
    ])
  })

  it('finds the port by name or by number; a targetPort is told, and the route is promised nevertheless', () => {
    const byName = planOf([service(), ingress([{ port: 'http' }])])
    expect(pathOf(byName, 'Ingress').because[1]).toBe('Service/toad spec.ports[0].name')
    const byTarget = planOf([service(), ingress([{ port: 8080 }])])
    expect(pathOf(byTarget, 'Ingress').port?.number).toBe(80)
    expect(doubtsOf(pathOf(byTarget, 'Ingress'))).toEqual([
      "Ingress/toad spec.rules[0].http.paths[0]: 8080 is the targetPort, not a port of the Service; some controllers take it, most don't",
    ])
    expect(pathOf(byTarget, 'Ingress').expected).toBe('reachable')
    const unknown = pathOf(planOf([service(), ingress([{ port: 'htpp' }])]), 'Ingress')
    expect([unknown.port, unknown.expected]).toEqual([null, 'reachable'])
  })

  it('takes the TCP port of two that have the number of the backend, as controllers do', () => {
    const ports = [
      { name: 'quic', port: 443, protocol: 'UDP' },
      { name: 'https', port: 443, protocol: 'TCP' },
    ]
    const path = pathOf(planOf([service({ ports }), ingress([{ port: 443 }])]), 'Ingress')
    expect(path.port).toEqual({ name: 'https', number: 443, protocol: 'TCP' })
    expect(path.because[1]).toBe('Service/toad spec.ports[1].port')
  })

  it('asks for a path with what would end it as a URL writes it', () => {
    const plan = planOf([service(), ingress([{ path: '/a#b?c', pathType: 'Exact' }])])
    expect(linesOf(plan, 'Ingress')).toEqual([`http://toad.example.com/a%23b%3Fc ${AT}:80`])
  })

  it('asks for a path beyond ASCII as a URL writes it, and knows it again', () => {
    const plan = planOf([service(), ingress([{ path: '/käse', pathType: 'Exact' }, { path: '/käse' }])])
    expect(linesOf(plan, 'Ingress')).toEqual([
      `http://toad.example.com/k%C3%A4se ${AT}:80`,
      `http://toad.example.com/k%C3%A4se/ ${AT}:80`,
    ])
    expect(plan.paths.filter(({ kind }) => kind === 'Ingress').map(({ rulePath }) => rulePath)).toEqual([
      '/käse',
      '/käse',
    ])
  })

  it('asks a default backend by the address alone, and only promises it where there are no rules', () => {
    const spec = { defaultBackend: { service: { name: 'toad', port: { number: 80 } } } }
    const alone = planOf([service(), ingress([], { ...spec, rules: [] })])
    expect(linesOf(alone, 'Ingress')).toEqual([`http://203.0.113.80/ ${AT}:80`])
    const beside = planOf([service(), ingress([{ to: 'frog' }], spec)])
    expect(doubtsOf(pathOf(beside, 'Ingress'))).toEqual([
      'Ingress/toad spec.defaultBackend: what a default backend gets besides the rules depends on the controller',
    ])
  })

  it('asks a rule without a host by the address alone', () => {
    expect(linesOf(planOf([service(), ingress([{}], { host: null })]), 'Ingress')).toEqual([
      `http://203.0.113.80/ ${AT}:80`,
    ])
  })

  it('sends a rule without paths to the default backend', () => {
    const spec = {
      defaultBackend: { service: { name: 'toad', port: { number: 80 } } },
      rules: [{ host: 'toad.example.com' }],
    }
    expect(linesOf(planOf([service(), ingress([], spec)]), 'Ingress')[0]).toBe(`http://toad.example.com/ ${AT}:80`)
  })

  it('makes up a host for a wildcard, one that no other rule takes', () => {
    const wild = ingress([{}], { host: '*.example.com' })
    const path = pathOf(planOf([service(), wild]), 'Ingress')
    expect([path.host, path.because.at(-1)]).toEqual([
      'probe.example.com',
      'Ingress/toad spec.rules[0].http.paths[0]: asked with probe.example.com, made up to match *.example.com',
    ])
    const taken = ingress([{ to: 'frog' }], { host: 'probe.example.com' }, { name: 'other' })
    expect(pathOf(planOf([service(), wild, taken]), 'Ingress').host).toBe('probe-2.example.com')
  })

  it('keeps the path when the controller’s class or other rules change', () => {
    const id = (manifest: unknown) => pathOf(planOf([service(), manifest]), 'Ingress').id
    expect(id(ingress([{}, { path: '/b' }], { ingressClassName: 'other' }, { name: 'renamed' }))).toBe(
      id(ingress([{}])),
    )
  })

  it('is one path where two Ingresses say the same, for both reasons', () => {
    const plan = planOf([service(), ingress([{}], {}, { name: 'a' }), ingress([{}], {}, { name: 'b' })])
    expect(linesOf(plan, 'Ingress')).toHaveLength(1)
    expect(pathOf(plan, 'Ingress').because.filter((because) => because.includes('rules'))).toEqual([
      'Ingress/a spec.rules[0].http.paths[0]',
      'Ingress/b spec.rules[0].http.paths[0]',
    ])
  })
})

describe('TLS of an Ingress (A7)', () => {
  it.each([
    ['named', 'toad.example.com', tls('toad.example.com')],
    ['by a wildcard', 'toad.example.com', tls('*.example.com')],
    ['without hosts', 'toad.example.com', tls()],
    ['a wildcard by itself', '*.example.com', tls('*.example.com')],
  ])('covers a host %s: https is promised, plain http is not', (_how, host, spec) => {
    const name = host.replace('*', 'probe')
    expect(linesOf(planOf([service(), ingress([{}], { host, ...spec })]), 'Ingress')).toEqual([
      `https://${name}/ ${AT}:443`,
      `http://${name}/ ${AT}:80 unknown`,
    ])
  })

  it.each([
    ['another host', tls('frog.example.com')],
    ['a wildcard of fewer labels', tls('*.com')],
    ['none', {}],
  ])('covers nothing with %s: plain http alone', (_how, spec) => {
    expect(linesOf(planOf([service(), ingress([{}], spec)]), 'Ingress')).toEqual([`http://toad.example.com/ ${AT}:80`])
  })

  it('sends the host as SNI and judges the certificate by it', () => {
    const plan = planOf([service(), ingress([{}], tls('toad.example.com'))])
    expect(pathOf(plan, 'Ingress').checks.map(checkText)).toEqual([
      'http GET https://toad.example.com/ SNI toad.example.com, certificate judged',
    ])
  })
})

describe('path types (A7)', () => {
  const urlOf = (manifests: unknown[]) => pathOf(planOf([service(), ...manifests], toad), 'Ingress').url

  it('asks below a prefix that another rule takes exactly', () => {
    const paths = [{ path: '/pond' }, { path: '/pond', pathType: 'Exact', to: 'frog' }]
    expect(urlOf([ingress(paths)])).toBe('http://toad.example.com/pond/')
  })

  it('keeps to a path that the rule itself gets', () => {
    const paths = [{ path: '/' }, { path: '/pond', to: 'frog' }]
    expect(urlOf([ingress(paths)])).toBe('http://toad.example.com/')
  })

  it('does not promise what another Ingress claims too', () => {
    const plan = planOf([service(), ingress([{}], {}, { name: 'a' }), ingress([{ to: 'frog' }], {}, { name: 'b' })])
    expect(doubtsOf(pathOf(plan, 'Ingress'))).toEqual([
      'Ingress/a spec.rules[0].http.paths[0]: Ingress/b spec.rules[0].http.paths[0] claims the same host and path for another Service',
    ])
  })

  it.each([
    ['/api(/|$)(.*)', '/api'],
    ['/v[0-9]+/x', '/v'],
    ['/files/.*\\.txt', '/files/'],
    ['/glob/*', '/glob/'],
    ['/colou?r', '/colo'],
  ])('asks the regular expression %s at its literal beginning, %s', (path, asked) => {
    const plan = planOf([service(), ingress([{ path, pathType: 'ImplementationSpecific' }])])
    expect(pathOf(plan, 'Ingress')).toMatchObject({
      url: `http://toad.example.com${asked}`,
      expected: 'unknown',
      rulePath: path,
    })
  })

  it('takes a plain path of an implementation for what it is', () => {
    const plan = planOf([service(), ingress([{ path: '/plain.html', pathType: 'ImplementationSpecific' }])])
    expect(pathOf(plan, 'Ingress').expected).toBe('reachable')
  })
})

describe('the address of the controller (A7)', () => {
  const none = loadBalancerStatus()
  const nginx = ingressClass('nginx', 'k8s.io/ingress-nginx')
  const labels = { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' }
  const ports = [
    { name: 'http', port: 80, nodePort: 30080 },
    { name: 'https', port: 443, nodePort: 30443 },
  ]
  const front = (spec: Record<string, unknown>, status: Record<string, unknown> = {}) =>
    service(
      { clusterIP: '10.96.0.200', ports, selector: labels, ...spec },
      { name: 'ingress-nginx-controller', namespace: 'ingress-nginx', labels },
      status,
    )
  const lines = (manifests: unknown[], asked: Parameters<typeof planOf>[1] = {}) =>
    linesOf(planOf([service(), ...manifests], { ...toad, ...asked }), 'Ingress')
  const url = 'http://toad.example.com/'

  it('is what the caller says, before everything else', () => {
    const addresses = { ingressController: ['10.0.0.80', '10.0.0.81'], controllerPorts: { http: 8000, https: 8443 } }
    expect(lines([ingress([{}])], { addresses })).toEqual([
      `${url.replace('.com/', '.com:8000/')} at 10.0.0.80:8000`,
      `${url.replace('.com/', '.com:8000/')} at 10.0.0.81:8000`,
    ])
  })

  it('sends the host of the rule without a port, whatever the port of the controller', () => {
    const addresses = { ingressController: ['10.0.0.80'], controllerPorts: { http: 8000, https: 8443 } }
    const path = pathOf(planOf([service(), ingress([{}])], { addresses }), 'Ingress')
    expect(path.checks).toMatchObject([{ host: 'toad.example.com' }])
  })

  it.each([
    [
      'its load balancer',
      front({ type: 'LoadBalancer', externalIPs: ['198.51.100.9'] }, loadBalancerStatus({ ip: '203.0.113.99' })),
      [`${url} at 203.0.113.99:80 short cut`],
    ],
    ['its external IPs', front({ type: 'NodePort', externalIPs: ['198.51.100.9'] }), [`${url} at 198.51.100.9:80`]],
    [
      'its node ports',
      front({ type: 'NodePort' }),
      ['http://toad.example.com:30080/ at 10.0.0.11:30080', 'http://toad.example.com:30080/ at 10.0.0.12:30080'],
    ],
    [
      'its cluster IP, from inside',
      front({ ports: ports.map(({ nodePort: _, ...port }) => port) }),
      [`${url} at 10.96.0.200:80`],
    ],
  ])('without a status is that of the Service before the controller: %s', (_what, fronting, expected) => {
    const nodes = ['11', '12', '13'].map((number) => node(`node-${number}`, { InternalIP: `10.0.0.${number}` }))
    expect(lines([ingress([{}], {}, {}, none), nginx, fronting, ...nodes])).toEqual(expected)
  })

  it('is at node ports for the families of that Service alone', () => {
    const nodes = ['11', '12'].map((number) =>
      node(`node-${number}`, [
        ['InternalIP', `10.0.0.${number}`],
        ['InternalIP', `fd00::${number}`],
      ]),
    )
    const fronting = front({ type: 'NodePort', ipFamilies: ['IPv4'] })
    expect(lines([ingress([{}], {}, {}, none), nginx, fronting, ...nodes])).toEqual([
      'http://toad.example.com:30080/ at 10.0.0.11:30080',
      'http://toad.example.com:30080/ at 10.0.0.12:30080',
    ])
  })

  it('is that of nodes whose controller pods are on the host network', () => {
    const fronting = front({ ports: ports.map(({ nodePort: _, ...port }) => port) })
    const controller = {
      ...pod('nginx-1', { hostNetwork: true }, { namespace: 'ingress-nginx', labels }),
      status: { phase: 'Running', hostIP: '10.0.0.13', podIPs: [{ ip: '10.0.0.13' }] },
    }
    expect(lines([ingress([{}], {}, {}, none), nginx, fronting, controller])).toEqual([`${url} at 10.0.0.13:80`])
  })

  it('is at the node ports of a status that tells nodes, unless the controller listens on its nodes by itself', () => {
    const told = ingress([{}], {}, {}, loadBalancerStatus({ ip: '10.0.0.13' }))
    const at = node('node-3', { InternalIP: '10.0.0.13' })
    const controller = (spec: Record<string, unknown>) =>
      pod('nginx-1', spec, { namespace: 'ingress-nginx', labels, ip: '10.244.3.9' })
    const hostPorts = { containers: [{ name: 'controller', ports: [{ containerPort: 80, hostPort: 80 }] }] }
    const fronting = front({ type: 'NodePort' })
    const byNodePort = ['http://toad.example.com:30080/ at 10.0.0.13:30080']
    const standard = [`${url} at 10.0.0.13:80`]
    expect(lines([told, nginx, fronting, at])).toEqual(byNodePort)
    expect(lines([told, nginx, fronting, at, controller({})])).toEqual(byNodePort)
    expect(lines([told, nginx, fronting, at, controller(hostPorts)])).toEqual(standard)
    expect(lines([told, nginx, fronting, at, controller({ hostNetwork: true })])).toEqual(standard)
    expect(lines([told, nginx, fronting])).toEqual(standard)
    expect(lines([told, nginx, at])).toEqual(standard)
  })

  it('is never a UDP port of that Service, which HTTP/3 has beside the others', () => {
    const h3 = { name: 'https-h3', port: 443, protocol: 'UDP', nodePort: 30444 }
    const fronting = front({ type: 'NodePort', ports: [h3, ...ports] })
    const manifests = [ingress([{}], tls('toad.example.com'), {}, none), nginx, fronting]
    expect(lines([...manifests, node('node-1', { InternalIP: '10.0.0.11' })])).toEqual([
      'https://toad.example.com:30443/ at 10.0.0.11:30443',
      'http://toad.example.com:30080/ at 10.0.0.11:30080 unknown',
    ])
  })

  it('is that of the newest default class, where the Ingress has no class', () => {
    const made = (name: string, controller: string, creationTimestamp: string) => ({
      ...ingressClass(name, controller),
      metadata: {
        name,
        creationTimestamp,
        annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' },
      },
    })
    const traefikLabels = { 'app.kubernetes.io/name': 'traefik' }
    const traefik = service(
      { type: 'LoadBalancer', clusterIP: '10.96.0.201', ports, selector: traefikLabels },
      { name: 'traefik', namespace: 'traefik', labels: traefikLabels },
      loadBalancerStatus({ ip: '203.0.113.98' }),
    )
    const manifests = [
      ingress([{}], { ingressClassName: null }, {}, none),
      made('nginx', 'k8s.io/ingress-nginx', '2026-01-01T00:00:00Z'),
      made('traefik', 'traefik.io/ingress-controller', '2026-02-01T00:00:00Z'),
      front({ type: 'LoadBalancer' }, loadBalancerStatus({ ip: '203.0.113.99' })),
      traefik,
    ]
    expect(lines(manifests)).toEqual([`${url} at 203.0.113.98:80 short cut`])
  })

  it('is not that of another controller', () => {
    const traefik = ingressClass('nginx', 'traefik.io/ingress-controller')
    expect(
      lines([
        ingress([{}], {}, {}, none),
        traefik,
        front({ type: 'LoadBalancer' }, loadBalancerStatus({ ip: '203.0.113.99' })),
      ]),
    ).toEqual(['http skipped pending'])
  })

  it('is pending where nothing tells it', () => {
    expect(pathOf(planOf([service(), ingress([{}], {}, {}, none)]), 'Ingress').skipped).toEqual({
      reason: 'pending',
      detail:
        "no controller has given Ingress/toad an address yet; name the controller's in addresses.ingressController",
    })
  })

  it.each(['outside', 'edge'] as const)(
    'from %s is, where nothing tells it, what the public DNS of the host says, and nobody promises that',
    (vantage) => {
      const rules = [{ path: '/' }]
      const plan = planOf([service(), ingress(rules, tls('toad.example.com'), {}, none)], { vantage })
      expect(linesOf(plan, 'Ingress')).toEqual([
        'https://toad.example.com/ at toad.example.com:443 unknown',
        'http://toad.example.com/ at toad.example.com:80 unknown',
      ])
      expect(pathOf(plan, 'Ingress')).toMatchObject({
        ...{ family: null, host: 'toad.example.com', serverName: 'toad.example.com' },
        because: [
          'Ingress/toad spec.rules[0].http.paths[0]',
          'Service/toad spec.ports[0].port',
          'Ingress/toad status.loadBalancer.ingress=[]',
          'Ingress/toad spec.tls[0]',
          'Ingress/toad spec.rules[0].http.paths[0]: no object tells where the controller is; the public DNS of toad.example.com is followed',
        ],
      })
      for (const host of [null, '*.example.com']) {
        const hidden = planOf([service(), ingress(rules, { host }, {}, none)], { vantage })
        expect(pathOf(hidden, 'Ingress').skipped?.reason).toBe('pending')
      }
    },
  )

  it('is not the cluster IP that the controller wrote into the status, from outside', () => {
    const trap = ingress([{}], {}, {}, loadBalancerStatus({ ip: '10.96.0.200' }))
    const fronting = front({ type: 'NodePort' })
    const nodes = [node('node-1', { InternalIP: '10.0.0.11', ExternalIP: '198.51.100.11' })]
    expect(lines([trap, fronting, ...nodes])).toEqual([`${url} at 10.96.0.200:80`])
    expect(lines([trap, fronting, ...nodes], { vantage: 'outside' })).toEqual([
      'http://toad.example.com:30080/ at 198.51.100.11:30080',
    ])
    expect(
      lines([trap, front({ ports: ports.map(({ nodePort: _, ...port }) => port) })], { vantage: 'outside' }),
    ).toEqual([`${url} at 10.96.0.200:80 skipped vantage`])
  })

  it('is dialled at the node ports that the status has instead of ports', () => {
    const status = loadBalancerStatus({
      ip: '10.0.0.11',
      ports: [
        { port: 30443, protocol: 'TCP' },
        { port: 30080, protocol: 'TCP' },
      ],
    })
    expect(lines([ingress([{}], {}, {}, status), nginx, front({ type: 'NodePort' })])).toEqual([
      'http://toad.example.com:30080/ at 10.0.0.11:30080',
    ])
    expect(lines([ingress([{}], {}, {}, status)])).toEqual([
      'http://toad.example.com:30080/ at 10.0.0.11:30080 unknown',
    ])
    const usual = loadBalancerStatus({
      ip: '10.0.0.11',
      ports: [
        { port: 80, protocol: 'TCP' },
        { port: 443, protocol: 'TCP' },
      ],
    })
    expect(lines([ingress([{}], {}, {}, usual)])).toEqual([`${url} at 10.0.0.11:80`])
  })
})

describe('the DNS of an Ingress host', () => {
  const rules = [
    {
      host: 'toad.example.com',
      http: {
        paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'toad', port: { number: 80 } } } }],
      },
    },
    {
      host: '*.example.com',
      http: {
        paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'toad', port: { number: 80 } } } }],
      },
    },
  ]
  const namesFrom = (asked: Parameters<typeof planOf>[1]) =>
    planOf([service(), ingress([], { rules })], asked).paths.filter(
      ({ kind, host, expected }) => kind === 'DNS' && host?.endsWith('.example.com') && expected === 'unknown',
    )

  it('is compared with the address of the controller from outside, and promised by nobody', () => {
    expect(namesFrom({ vantage: 'outside' })).toMatchObject([
      {
        host: 'toad.example.com',
        port: null,
        url: 'dns:toad.example.com?type=A',
        expected: 'unknown',
        dns: { name: 'toad.example.com', values: ['203.0.113.80'], how: 'lookup' },
        checks: [{ type: 'dns' }],
      },
    ])
  })

  it('is not asked from inside, nor where the caller names the controller', () => {
    expect(namesFrom({ vantage: 'in-cluster' })).toEqual([])
    expect(namesFrom({ vantage: 'edge', addresses: { ingressController: ['203.0.113.80'] } })).toEqual([])
  })
})
