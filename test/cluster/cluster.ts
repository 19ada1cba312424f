/**
 * The test cluster: a data plane made from Kubernetes objects, two Portolans (one in a pod, one outside), and ways to
 * break it. See docs/testing-cluster.md.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { KubeObjects } from '../../src/kube/objects.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { type ApiServerProcess, startApiServerProcess } from '../support/api-server/process.ts'
import type { KubeObject } from '../support/api-server.ts'
import { createSecrets, type Secrets } from './certificates.ts'
import { createDaemons } from './daemons.ts'
import { createFaults, type Faults } from './faults.ts'
import type { Undo } from './injectors.ts'
import { assertCutOff, nsenter } from './netns.ts'
import { buildNetwork, type Flavour, type Network, programServices } from './network.ts'
import type { PodPort } from './pod.ts'
import { type RunningPod, startPod } from './pods.ts'
import { type Prober, startProber } from './prober.ts'
import { PROXIES, type ProxyMode } from './proxies.ts'
import { renderEnvironment, renderResolvConf } from './render/pod.ts'
import { API_SERVER, CLIENT, HOSTS_FILE, type Manifest, OUTSIDE, SHORE, SPECIAL_PODS } from './world.ts'

export type Cluster = {
  /** In pod `client`. */
  inside: Prober
  /** On the network of the nodes, not in the cluster. */
  outside: Prober
  /** Makes the data plane what these objects say, and the API server too. Nodes and pods stay as they were at the start. */
  apply(manifests: readonly Manifest[]): Promise<void>
  /** It has the objects that were applied last. */
  api: ApiServerProcess
  /** From now on kube-proxy runs in that mode, on all nodes. */
  useProxy(mode: ProxyMode): Promise<void>
  issue: Secrets['issue']
  fault: Faults
  /** Undoes every fault. */
  repair(): Promise<void>
  stop(): Promise<void>
}

/** Gone with the mount namespace of the suite. */
const FOLDER = '/run/cluster'

const parse = (manifests: readonly Manifest[]): KubeObjects => parseManifests(manifests, { pointer: '' }).objects

/**
 * Brings everything up, or nothing.
 *
 * @param manifests what is there at the start: nodes, pods, and Services, which are in the environment of the pods.
 */
export async function startCluster(
  manifests: readonly Manifest[],
  { network = 'routed', mode = 'nftables', draw = 'turns' }: Partial<Flavour & { network: Network }> = {},
): Promise<Cluster> {
  assertCutOff()
  execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'], { cwd: join(import.meta.dirname, '../..') })
  const stops: Undo[] = []
  const stop = async () => void (await Promise.all(stops.splice(0).map((each) => each())))
  try {
    return { ...(await assemble(manifests, { mode, draw }, network, stops)), stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

/** @param stops takes how to stop each thing, as soon as it runs. */
async function assemble(
  manifests: readonly Manifest[],
  flavour: Flavour,
  network: Network,
  stops: Undo[],
): Promise<Omit<Cluster, 'stop'>> {
  const objects = parse(manifests)
  const secrets = await createSecrets(join(FOLDER, 'secrets'))
  await buildNetwork(objects, network)
  const daemons = createDaemons(FOLDER, secrets)
  stops.push(daemons.stop)
  let [current, written] = [objects, manifests]
  const serve = async (now: KubeObjects, asWritten: readonly Manifest[]) => {
    current = now
    written = asWritten
    const serving = [programServices(now, flavour), daemons.serve(now, asWritten)]
    // Where one fails, the other is not to go on beside what comes next.
    await Promise.allSettled(serving)
    await Promise.all(serving)
  }
  const api = await startApiServer(stops)
  await api.sync(objectsOf(manifests))
  const starting = [
    startPods(objects, secrets, stops),
    startProbers(objects, secrets, api, stops),
    serve(objects, manifests),
  ] as const
  // Where one fails, what the others have started is to be stopped.
  await Promise.allSettled(starting)
  const [pods, [inside, outside]] = await Promise.all(starting)

  const undo: Undo[] = []
  return {
    inside,
    outside,
    api,
    async apply(now) {
      await Promise.all([serve(parse(now), now), api.sync(objectsOf(now))])
    },
    async useProxy(mode) {
      const { remove } = PROXIES[flavour.mode]
      flavour.mode = mode
      await Promise.all(objects.nodes.map(({ meta }) => remove(meta.name)))
      await serve(current, written)
    },
    issue: secrets.issue,
    fault: createFaults({ pods, daemons, flavour, network, folder: FOLDER, parse, objects: () => current }, undo),
    async repair() {
      for (const each of undo.splice(0).reverse()) {
        await each()
      }
    },
  }
}

/** Objects as they are stored; what is applied names its namespace, or means the one of the tests. */
const objectsOf = (manifests: readonly Manifest[]): KubeObject[] => manifests as KubeObject[]

/** The API server stands where every pod looks for it. */
async function startApiServer(stops: Undo[]): Promise<ApiServerProcess> {
  const api = await startApiServerProcess({
    within: nsenter(API_SERVER.name),
    address: '::',
    port: API_SERVER.ports.https,
    altNames: ['10.96.0.1', API_SERVER.address],
  })
  stops.push(api.close)
  return api
}

async function startPods({ pods }: KubeObjects, secrets: Secrets, stops: Undo[]): Promise<Map<string, RunningPod>> {
  const certificate = await secrets.issue('pods', { altNames: ['newt.pond.svc', 'newt.example.net'] })
  const wanted: [string, PodPort[]][] = [
    ...pods
      .filter(({ meta }) => !SPECIAL_PODS.includes(meta.name))
      .map(({ meta, spec }): [string, PodPort[]] => [
        meta.name,
        spec.containers.flatMap(({ ports }) => ports.map(({ name, containerPort }) => portOf(name, containerPort))),
      ]),
    [SHORE.name, Object.entries(SHORE.ports).map(([name, number]) => portOf(name, number))],
  ]
  const started = await Promise.all(
    wanted.map(async ([host, ports]): Promise<[string, RunningPod]> => {
      const pod = await startPod(host, { ports, ...certificate })
      stops.push(pod.stop)
      return [host, pod]
    }),
  )
  return new Map(started)
}

const portOf = (name: string | null, number: number): PodPort => ({
  number,
  speaks: name === 'http' || name === 'https' || name === 'grpc' ? name : 'tcp',
})

const RESOLV_CONF = '/etc/resolv.conf'
/** Kubelet mounts a pod's credentials for the API server below this folder; /var/run leads there. */
const SECRETS = '/run/secrets'

async function startProbers(
  objects: KubeObjects,
  { authorityFile }: Secrets,
  { token, caPem }: ApiServerProcess,
  stops: Undo[],
): Promise<[Prober, Prober]> {
  const [inside, outside] = [join(FOLDER, 'inside'), join(FOLDER, 'outside')]
  write(join(inside, 'resolv.conf'), renderResolvConf(CLIENT.namespace))
  write(join(inside, 'hosts'), HOSTS_FILE)
  write(join(inside, 'secrets/kubernetes.io/serviceaccount/token'), token)
  write(join(inside, 'secrets/kubernetes.io/serviceaccount/ca.crt'), caPem)
  write(join(inside, 'secrets/kubernetes.io/serviceaccount/namespace'), CLIENT.namespace)
  write(join(outside, 'resolv.conf'), `nameserver ${SHORE.address}\n`)
  mkdirSync(SECRETS, { recursive: true })
  const start = async (...args: Parameters<typeof startProber>) => {
    const prober = await startProber(...args)
    stops.push(prober.stop)
    return prober
  }
  return Promise.all([
    start(CLIENT.pod, {
      folder: inside,
      mounts: [
        { file: join(inside, 'resolv.conf'), over: RESOLV_CONF },
        { file: join(inside, 'hosts'), over: '/etc/hosts' },
        { file: join(inside, 'secrets'), over: SECRETS },
      ],
      env: {
        ...renderEnvironment(objects, CLIENT.namespace),
        NODE_NAME: CLIENT.node,
        NODE_EXTRA_CA_CERTS: authorityFile,
      },
    }),
    start(OUTSIDE.name, {
      folder: outside,
      mounts: [{ file: join(outside, 'resolv.conf'), over: RESOLV_CONF }],
      env: { NODE_EXTRA_CA_CERTS: authorityFile },
    }),
  ])
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
