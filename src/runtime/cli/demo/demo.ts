/**
 * A Service of three pods on loopback addresses, with one path broken on purpose and then mended, and Portolan asked
 * each time which of its paths work. No cluster, no root; nothing is written to the working folder.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseManifests } from '../../../kube/parse.ts'
import { createLog } from '../../../lib/log.ts'
import { type Local, openLocal } from '../../node/local.ts'
import { PROBES_FROM } from '../asked.ts'
import { CliError, EXIT } from '../exit.ts'
import type { Io } from '../io.ts'
import { localConfig } from '../local-config.ts'
import { issueCertificate } from './certificate.ts'
import { DemoError, NoAddressError } from './listen.ts'
import { type DemoObjects, EACH_ITS_ADDRESS, ONE_ADDRESS } from './packed.ts'
import { startWorldThread } from './start-world.ts'
import type { World } from './world.ts'

export type DemoOptions = { keep: boolean; port: number; oneAddress: boolean }

const CLUSTER_DOMAIN = 'cluster.local'
const CONTROLLER_PORTS = { http: 9081, https: 9443 }

/** Holds the addresses that manifests do not tell, and the node that is broken. */
type Scene = DemoObjects & { dns: { address: string; port: number }; brokenNode: string }

const SCENE: Scene = { ...EACH_ITS_ADDRESS, dns: { address: '127.96.0.10', port: 9053 }, brokenNode: 'node-2' }
const ONE_ADDRESS_SCENE: Scene = { ...ONE_ADDRESS, dns: { address: '127.0.0.1', port: 9053 }, brokenNode: 'node-1' }

/** @returns the exit code. */
export async function demo(io: Io, { keep, port, oneAddress }: DemoOptions): Promise<number> {
  const startedMs = performance.now()
  try {
    const { scene, world, caPem } = await startScene(io, oneAddress)
    const folder = keep ? mkdtempSync(join(tmpdir(), 'portolan-demo-')) : null
    try {
      // The environment is another server's, or another cluster's: here it counts for nothing
      const log = createLog('warn', (line) => io.stderr.write(`${line}\n`), Date.now)
      const local = await openLocal(localConfig({}, { strictEgress: false }), log, PROBES_FROM)
      try {
        await show(io, { scene, world, local, request: requestFor(scene, caPem), startedMs })
        if (folder !== null && !io.signal.aborted) {
          await world.breakNodes([scene.brokenNode])
          const file = join(folder, 'job.json')
          writeFileSync(file, JSON.stringify(requestFor(scene, caPem), null, 2))
          await stay(io, (await local.listen({ host: '127.0.0.1', port })).url, { file, scene })
        }
      } finally {
        await local.close()
      }
    } finally {
      await world.close()
      if (folder !== null) {
        rmSync(folder, { recursive: true, force: true })
      }
    }
    return EXIT.pass
  } catch (cause) {
    throw cause instanceof DemoError ? new CliError(cause.message) : cause
  }
}

type Started = { scene: Scene; world: World; caPem: string }

async function startScene(io: Io, oneAddress: boolean): Promise<Started> {
  if (oneAddress) {
    return start(ONE_ADDRESS_SCENE)
  }
  try {
    return await start(SCENE)
  } catch (cause) {
    if (!(cause instanceof NoAddressError)) {
      throw cause
    }
    io.stderr.write('This machine has no loopback address but 127.0.0.1: each part listens on a port of that.\n')
    return start(ONE_ADDRESS_SCENE)
  }
}

async function start(scene: Scene): Promise<Started> {
  const { objects } = parseManifests(scene.manifests, { pointer: '' })
  const hosts = objects.ingresses.flatMap(({ tls }) => tls.flatMap((entry) => entry.hosts))
  const { ca, ...certificate } = issueCertificate(hosts)
  const world = await startWorldThread(scene.manifests, {
    ...{ dns: scene.dns, clusterDomain: CLUSTER_DOMAIN, controllerPorts: CONTROLLER_PORTS, certificate },
  })
  return { scene, world, caPem: ca }
}

/** Without the demonstration's own ports and names, this is what a job looks like for any Service. */
function requestFor({ manifests, environment, dns }: Scene, caPem: string): Readonly<Record<string, unknown>> {
  return {
    target: { manifests },
    vantage: 'in-cluster',
    addresses: {
      dnsServers: [`${dns.address}:${dns.port}`],
      clusterDomain: CLUSTER_DOMAIN,
      controllerPorts: CONTROLLER_PORTS,
      environment,
    },
    checks: [
      {
        name: 'hello',
        type: 'http',
        expect: { failIfBodyNotMatchesRegexp: ["^You've hit toad-"] },
        responder: { header: 'x-pod-name' },
        tls: { caPem },
      },
    ],
  }
}

type Shown = {
  scene: Scene
  world: World
  local: Local
  request: Readonly<Record<string, unknown>>
  startedMs: number
}

/** Red, then green. */
async function show(io: Io, { scene, world, local, request, startedMs }: Shown): Promise<void> {
  const { brokenNode } = scene
  const print = (text: string): void => io.stdout.write(`${text}\n`)
  const elapsed = (): string => `${((performance.now() - startedMs) / 1000).toFixed(1)} s after the start`
  const ask = async (expected: 'FAIL' | 'PASS'): Promise<string> => {
    const report = await reportOf(local, request)
    if (!report.startsWith(expected)) {
      print(report)
      throw new DemoError(`${expected} was expected: something on this machine is in the way`)
    }
    // Its id is of no use: nothing is kept
    return report.replace(/\nJob job_.*\n$/, '')
  }
  await world.breakNodes([brokenNode])
  // The times are to tell of the network, not of a process that has just started: a job that leaves no trace comes
  // first.
  await reportOf(local, { ...request, history: false })
  if (io.signal.aborted) {
    return
  }
  print(await ask('FAIL'))
  print(`\nThat was red, on purpose, ${elapsed()}: nothing listens on the node port of ${brokenNode}, as if kube-proxy`)
  print('did not run there. Now it does. The same question again:\n')
  await world.breakNodes([])
  if (io.signal.aborted) {
    return
  }
  const green = (await ask('PASS')).split('\n')
  print([green[0], ...green.filter((line) => /^\S +NodePort /.test(line))].join('\n'))
  print(`\nGreen, ${elapsed()}. Every socket was a real one, on a loopback address.`)
}

async function reportOf(local: Local, request: Readonly<Record<string, unknown>>): Promise<string> {
  const answer = await local.fetch(
    new Request('http://localhost/v1/jobs?wait=30&format=text', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    }),
  )
  const report = await answer.text()
  if (answer.status !== 200) {
    throw new DemoError(`The API answered ${answer.status}:\n${report}`)
  }
  return report
}

async function stay(io: Io, url: string, { file, scene }: { file: string; scene: Scene }): Promise<void> {
  const curl = (query: string): string =>
    `curl -H 'content-type: application/json' --data-binary @${file} "${url}/v1/jobs?wait=30${query}"`
  const lines = [
    '',
    `The node port of ${scene.brokenNode} is closed again, and everything runs until Ctrl-C. Ask, in another terminal:`,
    `  ${curl('&format=text')}`,
    `  ${curl('&format=junit')}`,
    `  curl "${url}/v1/jobs"          all jobs so far`,
    `  ${url}/docs             the API, to read in a browser`,
  ]
  io.stdout.write(`${lines.join('\n')}\n`)
  await new Promise<void>((resolve) => {
    io.signal.addEventListener('abort', () => resolve(), { once: true })
    if (io.signal.aborted) {
      resolve()
    }
  })
}
