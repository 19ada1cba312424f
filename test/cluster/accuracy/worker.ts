/**
 * Runs cases on a cluster of its own, inside namespaces that `enter.sh` stands in: `node worker.ts FILE`, a JSON list of
 * cases of one network. Prints the outcome of each as a line of JSON.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { JobDocument } from '../../../src/report/job-document.ts'
import { type Cluster, startCluster } from '../cluster.ts'
import { printEnvironment, requestFor } from '../scene.ts'
import { outcomes } from '../told.ts'
import type { Manifest } from '../world.ts'
import { type Case, faultsOf, keyOf, sceneOfCase } from './cases.ts'
import { outcomeOf } from './score.ts'
import { HOST, SHAPES, TLS_SECRET } from './shapes.ts'

/** One try may take this long: an answer that comes at all comes within it, even on a busy machine. */
const TIMEOUT_MS = 2000
const SAMPLES = 3
/** One case may take this long, making and mending it included. */
const PATIENCE_MS = 60_000
const NODES = ['172.30.0.11', '172.30.0.12', '172.30.0.13']

const [file = ''] = process.argv.slice(2)
const cases: Case[] = JSON.parse(readFileSync(file, 'utf8'))
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)

const [first] = cases
if (first !== undefined) {
  const { network, mode } = first
  const cluster = await startCluster(SHAPES.everything.manifests, { network, mode, draw: 'lots' })
  try {
    await warmUp(cluster)
    let current = mode
    for (const of of cases) {
      if (of.mode !== current) {
        await cluster.useProxy(of.mode)
      }
      current = of.mode
      await attempt(cluster, of)
    }
  } finally {
    await cluster.stop()
  }
}
process.exit(0)

/** Every program of the cluster is slowest at its first request, so one is made whose answer does not count. */
async function warmUp({ inside, outside }: Cluster): Promise<void> {
  const request = requestFor(SHAPES.everything.manifests, { history: false })
  await Promise.all([inside.ask(request), outside.ask(request)])
}

async function attempt(cluster: Cluster, of: Case): Promise<void> {
  // What hangs is told, and its cluster is given up: whoever started this goes on with another.
  const watchdog = setTimeout(() => {
    say({ key: keyOf(of), error: `it takes longer than ${PATIENCE_MS / 1000} s` })
    process.exit(1)
  }, PATIENCE_MS)
  try {
    const job = await jobOf(cluster, of)
    say(outcomeOf(of, job, { paths: outcomes(job), findings: job.diagnosis.findings.map(short) }))
    // A lookup that hangs goes on, and those of the next case would wait for it.
    if (JSON.stringify(job.paths).includes('dns_timeout')) {
      await cluster.inside.restart()
    }
  } catch (error) {
    say({ key: keyOf(of), error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  } finally {
    await cluster.repair()
    clearTimeout(watchdog)
  }
}

async function jobOf(cluster: Cluster, of: Case): Promise<JobDocument> {
  const scene = sceneOfCase(of)
  const faults = faultsOf(of)
  const told = faults.reduce((manifests, { objects }) => objects?.(manifests) ?? manifests, scene.shape.manifests)
  const plane = faults.reduce((manifests, fault) => fault.plane?.(manifests) ?? manifests, told)
  if (of.shape === 'ingress') {
    await cluster.issue(TLS_SECRET, { altNames: [HOST] })
  }
  await cluster.apply(plane)
  if (of.body === 'same') {
    await cluster.fault.pods(scene.shape.pods, { body: 'ribbit' })
  }
  for (const { inject } of faults) {
    await inject?.(cluster, scene)
  }
  const asked = Object.assign({}, scene.shape.asked, ...faults.map((fault) => fault.asked)) as Manifest
  const addresses = {
    // The environment is that of a pod that was started after the Service was made.
    addresses: of.vantage === 'outside' ? { nodes: NODES } : { environment: printEnvironment(told) },
  }
  if (asked.addresses !== undefined) {
    Object.assign(addresses.addresses, asked.addresses)
  }
  delete asked.addresses
  const request = requestFor(told, { timeoutMs: TIMEOUT_MS, samples: SAMPLES, history: false, ...addresses, ...asked })
  return cluster[of.vantage].ask(request)
}

function short({ code, confidence, detail }: JobDocument['diagnosis']['findings'][number]) {
  return { code, confidence, detail }
}
