/**
 * Faults between a router (an Ingress controller, a Gateway) and the pods, told by what it answers itself while the
 * Service answers directly. What its answers mean is data of each kind of router.
 *
 * @module
 */
import { ownAnswerOf } from '../../check/fingerprints.ts'
import { KINDS, type RouterKind } from '../../plan/kinds.ts'
import { requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule, Target } from '../rule.ts'
import {
  addressOf,
  allFail,
  badShare,
  failedStatusOf,
  failing,
  hasNoConnection,
  idsOf,
  isHanging,
  isOwedTo,
  passing,
  type SeenPath,
  type SeenPort,
  triesOf,
  urlsOf,
} from '../seen.ts'

export type Router = Pick<Rule, 'layer' | 'warnings'> & {
  router: RouterKind
  /** Begins a sentence. */
  name: string
  /** Causes that say more exactly what an answer of it means. */
  unless: readonly string[]
  /** The command that shows what it was told. */
  look(target: Target): string
}

export type Answer = {
  status: number
  /** The router may take longer to find out than the prober waits. */
  waits?: boolean
  code: string
  title: string
  detail: string
  fix: string
}

const DIRECT = ['ClusterIP', 'Endpoint', 'NodePort', 'DNS', 'LoadBalancer'] as const
const directOf = (port: SeenPort): readonly SeenPath[] => DIRECT.flatMap((kind) => port.of(kind))

const isBy =
  (router: RouterKind) =>
  ({ path }: SeenPath): boolean =>
    KINDS[path.kind].router === router

/** Whose own answer it is, where that is known by its text. */
function whoseAnswer(paths: readonly SeenPath[]): string {
  const by = new Set(paths.flatMap(({ result }) => (result?.http ? (ownAnswerOf(result.http)?.by ?? []) : [])))
  return by.size === 0 ? '' : ` By its text the answer is that of ${list([...by])}.`
}

/** Makes a rule of each answer. When the direct ways fail as well, the cause is behind it, and other rules tell it. */
export const answersOf = (of: Router, answers: readonly Answer[]): readonly Rule[] =>
  answers.map(({ status, waits = false, code, ...said }) => ({
    code,
    layer: of.layer,
    ...(of.warnings && { warnings: of.warnings }),
    unless: of.unless,
    after: ({ ports }, target) =>
      ports.flatMap((port) => {
        const bad = failing(port.routed.filter(isBy(of.router))).filter(
          (each) =>
            (failedStatusOf(each.code, each.result) === status ||
              (waits && isHanging(each) && each.code !== 'tls_timeout')) &&
            !each.unsteady &&
            !isOwedTo(each, badShare(port)),
        )
        const direct = directOf(port)
        if (bad.length === 0 || (direct.length > 0 && passing(direct).length === 0)) {
          return []
        }
        return [
          {
            confidence: direct.length === 0 ? ('possible' as const) : ('likely' as const),
            ...said,
            detail: `${urlsOf(bad)}: ${said.detail}${whoseAnswer(bad)}`,
            confirm: `${requestOn(bad[0])}; ${of.look(target)}`,
            evidence: [...triesOf(bad), ...triesOf(passing(direct)).slice(0, 1)],
            explains: idsOf(bad),
          },
        ]
      }),
  }))

type Unreachable = { code: string; unless: readonly string[]; fix: string; look: string }

/** Makes the rule that no way through a router gets a connection, while the Service answers otherwise. */
export const unreachableRule = (of: Router, { code, unless, fix, look }: Unreachable): Rule => ({
  code,
  layer: of.layer,
  ...(of.warnings && { warnings: of.warnings }),
  unless,
  after: ({ all, ports }) => {
    const through = all.filter(isBy(of.router))
    // Before its own handshake has ended a router asks no pod for anything.
    const hangs = through.some(({ code }) => code === 'tls_timeout')
    if (!allFail(through, (each) => hasNoConnection(each) || (hangs && isHanging(each)))) {
      return []
    }
    const direct = ports.flatMap(directOf)
    if (direct.length > 0 && passing(direct).length === 0) {
      return []
    }
    const addresses = [...new Set(through.map(addressOf))]
    const codes = list([...new Set(through.map((each) => each.code ?? ''))])
    return [
      {
        confidence: direct.length === 0 ? 'possible' : 'likely',
        title: hangs ? `${of.name} does not answer` : `${of.name} cannot be reached`,
        detail: `${list(addresses)} ${addresses.length === 1 ? 'does' : 'do'} not ${hangs ? 'end a TLS handshake' : 'accept connections'} (${codes}). Every host behind it is down, or the address is not, or no longer, ${of.router === 'gateway' ? "the Gateway's" : "the controller's"}.`,
        fix,
        confirm: `${requestOn(through[0])}; ${look}`,
        evidence: triesOf(through),
        explains: idsOf(through),
      },
    ]
  },
})
