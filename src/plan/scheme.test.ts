import { describe, expect, it } from 'vitest'
import type { ServicePort } from '../kube/objects.ts'
import { schemeOf } from './scheme.ts'

const port = (of: Partial<ServicePort>): ServicePort => ({
  name: null,
  port: 9999,
  protocol: 'TCP',
  targetPort: of.port ?? 9999,
  nodePort: null,
  appProtocol: null,
  ...of,
})

describe('what a port speaks', () => {
  it.each([
    [{ appProtocol: 'https', name: 'http', port: 80 }, 'https'],
    [{ appProtocol: 'kubernetes.io/h2c', port: 80 }, 'tcp'],
    [{ appProtocol: 'kubernetes.io/wss', port: 80 }, 'https'],
    [{ appProtocol: 'example.com/own', name: 'http', port: 80 }, 'tcp'],
    [{ name: 'http-web', port: 5432 }, 'http'],
    [{ name: 'HTTPS', port: 80 }, 'https'],
    [{ name: 'tls', port: 80 }, 'https'],
    [{ name: 'tcp-web', port: 443 }, 'tcp'],
    [{ name: 'grpc', port: 80 }, 'tcp'],
    [{ name: 'redis', port: 8080 }, 'tcp'],
    [{ name: 'metrics', port: 9090 }, 'http'],
    [{ targetPort: 'https', port: 9999 }, 'https'],
    [{ name: 'constructor', port: 80 }, 'http'],
    [{ targetPort: 'constructor', port: 5432 }, 'tcp'],
    [{ appProtocol: 'constructor', name: 'http', port: 80 }, 'tcp'],
    [{ port: 80 }, 'http'],
    [{ port: 8080 }, 'http'],
    [{ port: 443 }, 'https'],
    [{ port: 8443 }, 'https'],
    [{ port: 5432 }, 'tcp'],
    [{ port: 6379 }, 'tcp'],
    [{ port: 9999 }, 'tcp'],
    [{ name: 'http', protocol: 'UDP' }, 'udp'],
    [{ port: 80, protocol: 'SCTP' }, 'sctp'],
  ] as const)('%o: %s', (of, scheme) => {
    expect(schemeOf(port(of))).toBe(scheme)
  })
})
