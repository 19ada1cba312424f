import { describe, expect, it } from 'vitest'
import { cleanMessage } from './event-message.ts'

describe('the message of an event', () => {
  it.each([
    '0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available',
    'Back-off restarting failed container web in pod toad-1_pond(6f1)',
    'pods "toad-7d9f-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2',
    'Readiness probe failed: HTTP probe failed with statuscode: 503',
    'Readiness probe failed: Get "http://10.244.0.5:8080/ready": dial tcp 10.244.0.5:8080: connect: connection refused',
    'Liveness probe failed: Get "http://10.244.0.5:8080/live": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    'Startup probe failed: dial tcp [fd00::5]:8080: i/o timeout',
    'Readiness probe failed: timeout: failed to connect service "10.244.0.5:9000" within 1s: context deadline exceeded',
    'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")',
    'MountVolume.SetUp failed for volume "certs" : secret "toad-tls" not found',
  ])('keeps what Kubernetes says: %s', (message) => {
    expect(cleanMessage(message)).toBe(message)
  })

  it.each([
    [
      'Readiness probe failed: psql: error: password "hunter2" is wrong',
      'Readiness probe failed: [what it printed is not kept]',
    ],
    [
      'Liveness probe failed: dial tcp 10.0.0.1:80: refused\nPASSWORD=hunter2',
      'Liveness probe failed: [what it printed is not kept]',
    ],
    [
      'Readiness probe errored and resulted in unknown state: command "sh -c login hunter2" timed out',
      'Readiness probe errored and resulted in unknown state: [what it printed is not kept]',
    ],
    [
      'Readiness probe warning: Probe terminated redirects, Response body: <a>hunter2</a>',
      'Readiness probe warning: [what it printed is not kept]',
    ],
    [
      'Exec lifecycle hook ([sh -c login hunter2]) for Container "web" in Pod "toad" failed - error: exit 1, message: "hunter2"',
      'Exec lifecycle hook: [what it printed is not kept]',
    ],
    [
      'Readiness probe failed: Get "http://10.244.0.5:8080/ready?token=hunter2": context deadline exceeded',
      'Readiness probe failed: Get "http://10.244.0.5:8080/ready?…": context deadline exceeded',
    ],
    [
      'Failed to pull image "x": Head "https://bot:hunter2@registry.example.com/v2/?a=b": unauthorized',
      'Failed to pull image "x": Head "https://registry.example.com/v2/?…": unauthorized',
    ],
  ])('loses what a container or a person wrote: %s', (message, kept) => {
    expect(cleanMessage(message)).toBe(kept)
  })
})
