import { refOf } from '../../src/kube/objects.ts'
import { parentsOf } from '../../src/plan/gateway/attach.ts'
import { backendOf, ruleField } from '../../src/plan/gateway/backends.ts'
import { gatewayRefusal, listenersOf, setsOf } from '../../src/plan/gateway/listeners.ts'
import type { Listener, RefusalCode } from '../../src/plan/gateway/types.ts'
import { homeOf, type Line, type Read, type Stated, type Test, worldOf } from './suite.ts'

/** Reasons of conditions by the refusals that say the same. */
const REASONS: Readonly<Record<string, readonly RefusalCode[]>> = {
  NoMatchingParent: ['no_matching_listener', 'gateway_missing', 'listener_set_missing'],
  NotAllowedByListeners: ['namespace_not_allowed', 'kind_not_allowed'],
  NoMatchingListenerHostname: ['no_matching_hostname'],
  RefNotPermitted: ['reference_not_granted'],
  HostnameConflict: ['listener_conflict'],
  ProtocolConflict: ['listener_conflict'],
  NotAllowed: ['listener_set_not_allowed'],
}

const OWN = 'what a controller supports is its own (protocols, addresses, parameters, modes on one port)'

/** Statements about what is not read, or is nobody's business here. */
const UNREAD: readonly { reason: string; holds(stated: Stated, test: Test): boolean }[] = [
  { reason: 'Secrets and ConfigMaps are never read', holds: ({ reason }) => /Certificate/.test(reason ?? '') },
  {
    reason: OWN,
    holds: ({ reason, type }, { assumes, test }) =>
      /^(Unsupported|InvalidParameters|AddressNotUsable|InvalidRouteKinds)/.test(reason ?? '') ||
      (/UnsupportedProtocol/.test(test) && reason === 'ListenersNotValid') ||
      (assumes?.some(({ supported }) => !supported) === true && reason === 'ProtocolConflict') ||
      type === 'InsecureFrontendValidationMode',
  },
  {
    reason: 'a listener that asks clients for a certificate makes its paths unknown, whatever its configuration',
    holds: ({ status, listener }, { features }) =>
      features.includes('GatewayFrontendClientCertificateValidation') && listener !== undefined && status === 'False',
  },
  { reason: 'files do not tell what else there is', holds: ({ reason }) => reason === 'BackendNotFound' },
  {
    reason: 'objects in files have no status',
    holds: ({ check }) => ['observedGeneration', 'listeners'].includes(check),
  },
  { reason: 'policies are evidence', holds: ({ object }) => object.kind === 'BackendTLSPolicy' },
]

/** Tells in what our own reading differs from a statement; `null`: in nothing. */
function differs(read: Read, stated: Stated): string | null {
  return stated.object.kind.endsWith('Route') ? routeDiffers(read, stated) : listenersDiffer(read, stated)
}

const wrong = (isRight: boolean, says: string): string | null => (isRight ? null : says)

function routeDiffers({ index, objects }: Read, stated: Stated): string | null {
  const { object, parent, type, status, reason } = stated
  const world = homeOf({ index }, object.namespace)
  const route = objects.gatewayRoutes.find(
    ({ kind, meta }) => kind === object.kind && meta.name === object.name && meta.namespace === object.namespace,
  )
  if (route === undefined) {
    return 'there is no such route'
  }
  if (type === 'ResolvedRefs') {
    const codes = route.rules.flatMap((rule, at) =>
      rule.backends.flatMap((backend) => {
        if (backend.kind !== 'Service') {
          return ['InvalidKind']
        }
        const service = index.servicesAt(backend.namespace ?? object.namespace, backend.name)[0] ?? null
        const { refused } = backendOf(world, route, backend, ruleField(route, at), service)
        return refused === null || refused.code === 'backend_weight_zero' ? [] : [refused.code as string]
      }),
    )
    const wanted = [reason ?? '', ...(REASONS[reason ?? ''] ?? [])]
    return wrong(
      status === 'True' ? codes.length === 0 : codes.some((code) => wanted.includes(code)),
      `refused: ${codes}`,
    )
  }
  const parents = parentsOf(world, route).filter(
    ({ ref }) =>
      parent === undefined ||
      (ref.name === parent.name &&
        (ref.namespace ?? object.namespace) === parent.namespace &&
        (parent.kind === undefined || parent.kind === ref.kind)),
  )
  const codes = parents.flatMap(({ refused }) => refused?.code ?? [])
  const accepted = parents.filter(({ attachments }) => attachments.length > 0).length
  const says = `${accepted} of ${parents.length} parents take it; refused: ${codes}`
  if (stated.check === 'noAcceptedParents') {
    return wrong(accepted === 0, says)
  }
  return wrong(
    status === 'True'
      ? accepted > 0
      : codes.length > 0 && (reason === null || codes.some((code) => REASONS[reason ?? '']?.includes(code))),
    says,
  )
}

function listenersDiffer({ index, objects }: Read, stated: Stated): string | null {
  const { object, listener, type, status, reason, check } = stated
  const world = homeOf({ index }, object.namespace)
  const set = object.kind === 'ListenerSet' ? index.listenerSetNamed(object.namespace, object.name) : null
  const gateway =
    set === null
      ? index.gatewayNamed(object.namespace, object.name)
      : index.gatewayNamed(set.parentRef.namespace ?? object.namespace, set.parentRef.name)
  if (gateway === null) {
    return 'there is no such Gateway'
  }
  const all = listenersOf(world, gateway).filter(({ of }) => of === (set ?? gateway))
  const named = all.filter((each) => listener === undefined || listener === '*' || each.listener.name === listener)
  const codes = named.flatMap(({ refused }) => refused?.code ?? [])
  // A certificate of another namespace without a grant is known by its status alone: a doubt.
  const isDoubted =
    ['RefNotPermitted', 'ListenersNotValid'].includes(reason ?? '') && named.every(({ doubts }) => doubts.length > 0)
  const says = `refused: ${codes.length} of ${named.length} (${codes})`
  switch (check) {
    case 'attachedListenerSets': {
      const serving = new Set(listenersOf(world, gateway).flatMap(({ of, refused }) => (refused === null ? [of] : [])))
      const count = setsOf(world, gateway).filter((each) => serving.has(each)).length
      return wrong(count === stated.attachedListenerSets, `${count} sets, not ${stated.attachedListenerSets}`)
    }
    case 'attachedRoutes':
    case 'zeroRoutes': {
      const count = routesOn({ index, objects }, named, world.home)
      return wrong(
        count === (check === 'zeroRoutes' ? 0 : stated.attachedRoutes),
        `${count} routes, not ${stated.attachedRoutes}`,
      )
    }
    default:
  }
  if (listener === undefined) {
    const refused = set === null ? (gatewayRefusal(world, gateway)?.code ?? null) : null
    const none = isDoubted || all.every((each) => each.refused !== null)
    return wrong((status === 'True') === (set === null ? refused === null : !none), `${refused}, ${says}`)
  }
  const isRefused = codes.length > 0
  if (isDoubted) {
    return null
  }
  const bad = type === 'Conflicted' ? status === 'True' : status === 'False'
  return wrong(
    bad === isRefused &&
      (!bad ||
        reason == null ||
        REASONS[reason] === undefined ||
        codes.some((code) => REASONS[reason]?.includes(code))),
    says,
  )
}

function routesOn(
  { index, objects }: Pick<Read, 'index' | 'objects'>,
  listeners: readonly Listener[],
  home: string,
): number {
  const on = new Set(listeners)
  return objects.gatewayRoutes.filter((route) =>
    parentsOf({ index, home }, route).some(({ attachments }) => attachments.some((each) => on.has(each.listener))),
  ).length
}

/** Statements about the status of objects, judged by what the objects tell by themselves. */
export const judgeConditions = (tests: readonly Test[]): Line[] =>
  tests.flatMap((test) =>
    test.conditions.map((stated): Line => {
      const read = worldOf(test, stated.after)
      const { object, type, status, reason, listener, check } = stated
      const { kind } = object
      const said = [refOf({ kind, meta: object }), listener, check, type, status, reason].filter((part) => part != null)
      const text = `${test.test}: ${said.join(' ')}`
      const unread = UNREAD.find(({ holds }) => holds(stated, test))?.reason ?? null
      if (unread !== null || read === null) {
        return { kind, verdict: 'unjudged', why: unread ?? 'a change before it is not in the data', text }
      }
      const flaw = differs(read, stated)
      return flaw === null
        ? { kind, verdict: 'as stated', why: '', text }
        : { kind, verdict: 'differs', why: '', text: `${text}: ${flaw}` }
    }),
  )
