import { join } from 'node:path'
import type { KubeObjects } from '../../src/kube/objects.ts'
import { startBalancer } from './balancer.ts'
import type { Daemons, DnsState, GatewayState } from './daemons.ts'
import type { Undo } from './injectors.ts'
import * as injectors from './injectors.ts'
import type { Lie } from './liar.ts'
import type { Flavour, Network } from './network.ts'
import type { Mode } from './pod.ts'
import type { RunningPod } from './pods.ts'
import type { ControllerSettings } from './render/ingress.ts'
import { renderResolvConf } from './render/pod.ts'
import { CLIENT, HOSTS_FILE, type Manifest } from './world.ts'

type Fault<F extends (...args: never[]) => Promise<Undo>> = (...args: Parameters<F>) => Promise<void>

/** Each is in force when it resolves, until the cluster is repaired. */
export type Faults = {
  pods(names: readonly string[], mode: Mode): Promise<void>
  /** Or what it knows, as manifests. */
  dns(state: Exclude<DnsState, object> | readonly Manifest[]): Promise<void>
  lie(lie: Lie): Promise<void>
  controller(settings: ControllerSettings): Promise<void>
  /** The proxy of the Gateway, or the objects that it routes by. */
  gateway(state: GatewayState): Promise<void>
  /** HAProxy stands in for a load balancer. */
  balancer(...args: Parameters<typeof startBalancer> extends [string, ...infer Rest] ? Rest : never): Promise<void>
  /** On one node, the rules are gone. */
  stopProxy(node: string): Promise<void>
  stopMasquerading(): Promise<void>
  /** The pod that Portolan runs in. */
  stopHairpin(): Promise<void>
  cutOverlay(node: string): Promise<void>
  narrowOverlay(node: string): Promise<void>
  stopBridgeNetfilter: Fault<typeof injectors.stopBridgeNetfilter>
  losePackets: Fault<typeof injectors.losePackets>
  divert: Fault<typeof injectors.divert>
  pullCable: Fault<typeof injectors.pullCable>
  blackhole: Fault<typeof injectors.blackhole>
  filter: Fault<typeof injectors.filter>
  rationRefusals: Fault<typeof injectors.rationRefusals>
  /** One more line in the hosts file of the pod that Portolan runs in. */
  hosts(line: string): Promise<void>
  /** The search list of the pod that Portolan runs in. */
  searchList(...domains: readonly string[]): Promise<void>
}

type Parts = {
  pods: ReadonlyMap<string, RunningPod>
  daemons: Daemons
  flavour: Flavour
  network: Network
  folder: string
  parse(manifests: readonly Manifest[]): KubeObjects
  /** Returns the objects that the data plane is made from now. */
  objects(): KubeObjects
}

/** @param undo takes how to end each, in order. */
export function createFaults(parts: Parts, undo: Undo[]): Faults {
  const { pods, daemons, flavour, network, folder, parse, objects } = parts
  const undoable =
    <A extends unknown[]>(make: (...args: A) => Promise<Undo>) =>
    async (...args: A) =>
      void undo.push(await make(...args))
  const podsBe = (names: readonly string[], mode: Mode) =>
    Promise.all(names.map((name) => podNamed(pods, name).be(mode)))
  const resolvConf = renderResolvConf(CLIENT.namespace)
  return {
    pods: undoable(async (names, mode) => {
      await podsBe(names, mode)
      return () => podsBe(names, 'well')
    }),
    dns: undoable((state) => daemons.breakDns(typeof state === 'string' ? state : parse(state))),
    lie: undoable((lie) => daemons.lie(lie)),
    controller: undoable((settings) => daemons.setController(settings)),
    gateway: undoable((state) => daemons.breakGateway(state)),
    balancer: undoable((balancer) => startBalancer(join(folder, 'balancers'), balancer)),
    stopProxy: undoable((node) => injectors.stopProxy(objects(), flavour, node)),
    stopMasquerading: undoable(() => injectors.stopMasquerading(objects(), flavour)),
    stopHairpin: undoable(() => injectors.stopHairpin(network, CLIENT.node, CLIENT.pod)),
    cutOverlay: undoable((node) => injectors.cutOverlay(network, node)),
    narrowOverlay: undoable((node) => injectors.narrowOverlay(network, node)),
    stopBridgeNetfilter: undoable(injectors.stopBridgeNetfilter),
    losePackets: undoable(injectors.losePackets),
    divert: undoable(injectors.divert),
    pullCable: undoable(injectors.pullCable),
    blackhole: undoable(injectors.blackhole),
    filter: undoable(injectors.filter),
    rationRefusals: undoable(injectors.rationRefusals),
    hosts: undoable((line) => injectors.rewrite(join(folder, 'inside/hosts'), `${HOSTS_FILE}${line}\n`, HOSTS_FILE)),
    searchList: undoable((...domains) => {
      const other = resolvConf.replace(/^search .*$/m, domains.length === 0 ? '' : `search ${domains.join(' ')}`)
      return injectors.rewrite(join(folder, 'inside/resolv.conf'), other, resolvConf)
    }),
  }
}

function podNamed(pods: ReadonlyMap<string, RunningPod>, name: string): RunningPod {
  const pod = pods.get(name)
  if (pod === undefined) {
    throw new Error(`there is no pod ${name}`)
  }
  return pod
}
