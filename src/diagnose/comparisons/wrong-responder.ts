/** A path that another application answers: what it brings is held against what the endpoints themselves answer. */

import type { Control } from '../../check/control.ts'
import { kindsThat } from '../../plan/kinds.ts'
import {
  type Answered,
  certificateOf,
  differenceOf,
  distinctAnswers,
  isAnswered,
  steadyTraits,
  TRAITS,
  type Trait,
} from '../answers.ts'
import { handedIn } from '../belied.ts'
import { requestOn } from '../commands.ts'
import { requestAt } from '../controls.ts'
import { count, list } from '../phrases.ts'
import type { Cause, Rule, Target } from '../rule.ts'
import { addressOf, idsOf, isEndpoint, kindsOf, type Seen, type SeenPath, type SeenPort, triesOf } from '../seen.ts'

/** Nothing between them and the pods but a translation of addresses; then, what may be a proxy of its own. */
const TRANSLATED = kindsThat(({ between }) => between === 'translation')
const COMPARED = kindsThat(({ between }) => between === 'translation' || between === 'machines')

/** Statuses that something in front of an application may answer (sign in, go elsewhere, wait). They do not tell who is behind. */
const BY_THE_WAY: ReadonlySet<number> = new Set([301, 302, 303, 307, 308, 401, 403, 407, 429, 502, 503, 504])

/** `server` of proxies and content networks before an application, which write their own over the application's. */
const FRONTS =
  /^(cloudflare|akamai|awselb|amazons3|cloudfront|google frontend|gws|varnish|fly\/|netlify|vercel|envoy|istio-envoy|traefik|kong|haproxy)/i

const ASKED_AGAIN = 2
/** Endpoints of different answers that are asked: more versions at once are not told apart. */
const REFERENCES_MAX = 2
const SUSPECTS_MAX = 2

type Suspect = {
  path: SeenPath
  /** Paths that are known to answer rightly, one of each kind of answer. */
  references: readonly SeenPath[]
  traits: readonly Trait[]
  /** The proof that no endpoint answered: the name of the responder, or the certificate. */
  proof: 'responder' | 'certificate' | null
  /** The references are endpoints. */
  byEndpoints: boolean
}

const answersOf = ({ told }: SeenPath): readonly Answered[] => told.filter(isAnswered)

const isFronted = ({ path }: SeenPath, { http }: Answered): boolean =>
  !TRANSLATED.includes(path.kind) && (http.headers.via !== undefined || FRONTS.test(http.headers.server ?? ''))

/** Tells whether no redirect was followed: the answer after one may be that of another server. */
const isUnredirected = ({ path, told }: SeenPath): boolean => {
  const checks = new Set(told.map(({ check }) => check))
  return path.checks.every((check) => !checks.has(check.name) || check.type !== 'http' || !check.followRedirects)
}

const isComparable = (each: SeenPath): boolean =>
  COMPARED.includes(each.path.kind) &&
  isUnredirected(each) &&
  answersOf(each).length > 0 &&
  answersOf(each).every((answer) => !BY_THE_WAY.has(answer.http.status) && !isFronted(each, answer))

function suspectsOf({ tested }: Seen, port: SeenPort): Suspect[] {
  const endpoints = port.endpoints.filter((each) => answersOf(each).length > 0 && isUnredirected(each))
  // An endpoint that nobody asked may be the one that answers differently
  const isKnown = !tested.some(
    (each) =>
      isEndpoint(each) && each.path.port?.number === port.number && each.outcome !== 'pass' && each.outcome !== 'fail',
  )
  const others = port.dialled.filter(isComparable)
  if (endpoints.length === 0) {
    return byMajority(others)
  }
  if (!isKnown) {
    return []
  }
  const traits = steadyTraits([...endpoints, ...others].map(answersOf))
  const right = distinctAnswers(endpoints.flatMap(answersOf))
  return others.flatMap((path): Suspect[] => {
    const proof = proofOf(path, endpoints)
    const differing = leastOf(distinctAnswers(answersOf(path)).map((answer) => differenceOf(answer, right, traits)))
    if (differing.length === 0 && proof === null) {
      return []
    }
    return [{ path, references: distinct(endpoints, traits), traits: differing, proof, byEndpoints: true }]
  })
}

/** The suspects when no endpoint was asked: a path that differs, in more than its body, from all others, which agree. */
function byMajority(paths: readonly SeenPath[]): Suspect[] {
  const traits = steadyTraits(paths.map(answersOf))
  return paths.flatMap((path): Suspect[] => {
    const others = paths.filter((each) => each !== path)
    const [first, ...rest] = others.flatMap(answersOf)
    if (first === undefined || others.length < 2) {
      return []
    }
    if (rest.some((other) => differenceOf(other, [first], traits).length > 0)) {
      return []
    }
    const differing = leastOf(answersOf(path).map((answer) => differenceOf(answer, [first], traits)))
    if (differing.length < 2) {
      return []
    }
    return [{ path, references: others.slice(0, 1), traits: differing, proof: null, byEndpoints: false }]
  })
}

const leastOf = (differences: readonly (readonly Trait[])[]): readonly Trait[] =>
  differences.toSorted((a, b) => a.length - b.length)[0] ?? []

/** One of each kind of answer. */
function distinct(paths: readonly SeenPath[], traits: readonly Trait[]): readonly SeenPath[] {
  const found = new Map<string, SeenPath>()
  for (const each of paths) {
    const [answer] = answersOf(each)
    const key = answer === undefined ? '' : traits.map((trait) => TRAITS[trait](answer)).join('\n')
    if (!found.has(key)) {
      found.set(key, each)
    }
  }
  return [...found.values()]
}

function proofOf(path: SeenPath, endpoints: readonly SeenPath[]): Suspect['proof'] {
  const responders = new Set(endpoints.flatMap(answersOf).map(({ responder }) => responder))
  const said = answersOf(path).map(({ responder }) => responder)
  if (!responders.has(null) && said.every((each) => each !== null && !responders.has(each))) {
    return 'responder'
  }
  // The same name is asked for, so the same certificate is to be shown
  const alike = endpoints.filter((each) => each.path.serverName === path.path.serverName)
  const shown = new Set(alike.flatMap(answersOf).map(certificateOf))
  const own = answersOf(path).map(certificateOf)
  const isOther = shown.size > 0 && !shown.has(null) && own.every((each) => each !== null && !shown.has(each))
  return isOther && TRANSLATED.includes(path.path.kind) ? 'certificate' : null
}

/** The very request of the suspect, at its own address again and at those of who answers rightly. */
function controlsFor({ path, references }: Suspect): Control[] {
  if (references.length > REFERENCES_MAX) {
    return []
  }
  return [
    ...references.flatMap((to) => requestAt(path, 'with_host', to, ASKED_AGAIN)),
    ...requestAt(path, 'again', path, ASKED_AGAIN),
  ]
}

type Judged = Suspect & { confidence: 'likely' | 'possible' }

/** Judges a suspicion after both were asked again with the same name, so that the name does not explain the difference. */
function judge(suspect: Suspect, { controls }: Seen): Judged | null {
  const { path, proof, byEndpoints } = suspect
  const asked = controls.filter(({ pathId }) => pathId === path.path.id).filter(isAnswered)
  const rightly = asked.filter(({ control }) => control?.kind === 'with_host')
  const again = asked.filter(({ control }) => control?.kind === 'again')
  if (rightly.length === 0 || again.length === 0) {
    return isPlain(suspect) ? { ...suspect, confidence: sure(proof) } : null
  }
  const own = [...answersOf(path), ...again]
  const groups = Map.groupBy(rightly, ({ control }) => control?.to ?? '')
  const traits = steadyTraits([...groups.values(), own])
  const differing = leastOf(own.map((answer) => differenceOf(answer, rightly, traits)))
  const stillProof =
    proof === 'responder' && isElse(own, rightly)
      ? proof
      : proof === 'certificate' && isOther(own, rightly)
        ? proof
        : null
  if (stillProof === null && (differing.length === 0 || (!byEndpoints && differing.length < 2))) {
    return null
  }
  return { ...suspect, traits: differing, proof: stillProof, confidence: sure(stillProof) }
}

const sure = (proof: Suspect['proof']): Judged['confidence'] => (proof === null ? 'possible' : 'likely')
const isElse = (own: readonly Answered[], rightly: readonly Answered[]): boolean => {
  const right = new Set(rightly.map(({ responder }) => responder))
  return own.every(({ responder }) => responder !== null && !right.has(responder))
}
const isOther = (own: readonly Answered[], rightly: readonly Answered[]): boolean => {
  const right = new Set(rightly.map(certificateOf))
  return own.every((each) => !right.has(certificateOf(each)))
}

/** Tells whether a suspicion holds although nothing was asked again: the address was asked for by itself, not by a name. */
const isPlain = ({ path: { path }, traits, proof }: Suspect): boolean =>
  path.host === null && path.family !== null && (proof !== null || (traits.includes('server') && traits.length > 1))

/** Endpoints of which few always say that there is nothing, and all others always have it. */
function oddEndpoints(port: SeenPort): { odd: readonly SeenPath[]; others: readonly SeenPath[] } | null {
  const ends = port.endpoints.filter(isUnredirected)
  const all = (from: number, to: number) => (each: SeenPath) =>
    each.passed &&
    answersOf(each).length > 0 &&
    answersOf(each).every(({ http: { status } }) => status >= from && status < to)
  const odd = ends.filter(all(400, 500))
  const others = ends.filter(all(200, 300))
  const isWhole = ends.length === port.endpoints.length && odd.length + others.length === ends.length
  return isWhole && odd.length > 0 && odd.length * 2 <= ends.length ? { odd, others } : null
}

const oddCauses = (port: SeenPort, { namespace, service }: Target): Cause[] => {
  const found = oddEndpoints(port)
  if (found === null) {
    return []
  }
  const { odd, others } = found
  const statusOf = (each: SeenPath): string => `${answersOf(each)[0]?.http.status ?? ''}`
  return [
    {
      confidence: 'possible',
      title: `${odd.length} of ${count(odd.length + others.length, 'endpoint')} of port ${port.number} ${odd.length === 1 ? 'answers' : 'answer'} ${list([...new Set(odd.map(statusOf))])}, the others ${list([...new Set(others.map(statusOf))])}`,
      detail: `${list(odd.map((each) => `${addressOf(each)} (${statusOf(each)})`))}: the same request, made to each of them, brings another answer there at every try. So clients get one or the other by chance: in that pod runs another application or another version, or the address belongs to somebody else by now.`,
      fix: 'Compare image, version and configuration of those pods with the others; if it is another application, make the selector narrower.',
      confirm: `kubectl get pods -n ${namespace} -o wide --show-labels; kubectl describe service -n ${namespace} ${service}`,
      evidence: [...triesOf(odd), ...triesOf(others).slice(0, 1)],
      explains: [],
    },
  ]
}

const WORDS: Readonly<Record<Trait, string>> = {
  status: 'the status',
  server: 'the server header',
  'x-powered-by': 'the x-powered-by header',
  'content-type': 'the content type',
  body: 'the body',
}

function differencesTold({ path, references, traits, proof }: Judged): string {
  const own = answersOf(path)[0]
  const right = references.flatMap(answersOf)[0]
  if (own === undefined || right === undefined) {
    return ''
  }
  const told = traits.map((trait) =>
    trait === 'body' ? WORDS.body : `${WORDS[trait]} (${TRAITS[trait](own)}, not ${TRAITS[trait](right)})`,
  )
  if (proof === 'responder') {
    told.unshift(`who answered (${own.responder}, which is none of the endpoints)`)
  }
  if (proof === 'certificate') {
    told.unshift(`the certificate (${own.tls?.subject})`)
  }
  return list(told)
}

/** A 200 from another application is no success. */
export const wrongResponder: Rule = {
  code: 'wrong_responder',
  layer: 'network',
  degrades: true,
  unless: ['proxy_protocol_mismatch', 'backend_protocol_mismatch'],
  asks: (seen) =>
    seen.ports
      .flatMap((port) => suspectsOf(seen, port))
      .slice(0, SUSPECTS_MAX)
      .flatMap(controlsFor),
  after: (seen, target) =>
    seen.ports.flatMap((port) => {
      const { namespace, service, source } = target
      const judged = suspectsOf(seen, port).flatMap((suspect) => judge(suspect, seen) ?? [])
      const causes = [...Map.groupBy(judged, ({ confidence }) => confidence)].flatMap(
        ([confidence, members]): Cause[] => {
          const [first] = members
          if (first === undefined) {
            return []
          }
          const paths = members.map(({ path }) => path)
          const references = first.byEndpoints ? 'the endpoints' : 'the other ways to the Service'
          return [
            {
              confidence,
              title: `Another application answers by ${list(kindsOf(paths))} than ${first.byEndpoints ? 'the endpoints' : 'by the other ways'} (port ${port.number})`,
              detail: `${list(members.map((each) => `${addressOf(each.path)} differs from ${references} in ${differencesTold(each)}`))}. The same request brings another answer there, however often it is made: the address may belong to another Service, cluster or machine by now, or something before the application answers in its place.`,
              fix: `Compare spec and status of Service/${service} in the cluster with ${handedIn(source)}, and see whose address it is. If something is meant to answer there, nothing is wrong.`,
              confirm: `kubectl get service -n ${namespace} ${service} -o wide; ${requestOn(paths[0])}`,
              evidence: [...triesOf(paths), ...triesOf(first.references).slice(0, 1)],
              explains: idsOf(paths.filter(({ passed }) => !passed)),
            },
          ]
        },
      )
      return [...causes, ...oddCauses(port, target)]
    }),
}
