/** A Service whose paths are all tried once a second, for as long as a server runs. */
export const PATHS = 200

/** Its load balancer answers at these loopback addresses, so that no address is asked by more than one path. */
export const ADDRESSES: readonly string[] = Array.from({ length: PATHS }, (_, i) => `127.1.0.${i + 1}`)

/** The body of `POST /v1/schedules`. Something must answer HTTP on the port of each address. */
export const everySecond = (port: number) => ({
  name: `${PATHS} paths every second`,
  cron: '@every 1s',
  job: {
    target: {
      manifests: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'toad-svc', namespace: 'default' },
          spec: {
            type: 'LoadBalancer',
            clusterIP: '10.96.10.20',
            clusterIPs: ['10.96.10.20'],
            ipFamilies: ['IPv4'],
            selector: { app: 'toad' },
            ports: [{ name: 'http', port, targetPort: 8080, nodePort: 30080, appProtocol: 'http' }],
          },
          status: { loadBalancer: { ingress: ADDRESSES.map((ip) => ({ ip })) } },
        },
      ],
    },
    paths: { include: ['LoadBalancer'] },
  },
})

/** Starts it. */
export async function tryEverySecond(url: string, port: number): Promise<void> {
  const answer = await fetch(`${url}/v1/schedules`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(everySecond(port)),
  })
  if (answer.status !== 201) {
    throw new Error(`no schedule: ${answer.status} ${await answer.text()}`)
  }
}

export type Tried = { jobs: number; notPassed: number; passed: number; failed: number; errors: number }

/** Counts what came of it so far, by the log of the server. */
export function triedBy(lines: readonly string[]): Tried {
  const tried: Tried = { jobs: 0, notPassed: 0, passed: 0, failed: 0, errors: 0 }
  for (const line of lines) {
    if (!line.includes('"job_finished"')) {
      continue
    }
    const { verdict, pass, fail, error } = JSON.parse(line)
    tried.jobs++
    tried.notPassed += verdict === 'pass' ? 0 : 1
    tried.passed += pass
    tried.failed += fail
    tried.errors += error
  }
  return tried
}
