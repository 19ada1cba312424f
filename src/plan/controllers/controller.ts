/**
 * The planner's knowledge of an Ingress controller: how it is recognised, and what its annotations say about the
 * listeners that serve a rule. The controllers themselves are rows of `table.ts`.
 *
 * @module
 */
import type { Ingress, Labels } from '../../kube/objects.ts'
import { annotationOf, isFalse, isTrue, toldAnnotation } from '../annotations.ts'
import { type Because, doubted, noted } from '../because.ts'

/** A port at which the controller takes requests for a rule. */
export type Listener = {
  scheme: 'http' | 'https'
  /** `null` for the port that the controller has for the scheme. */
  port: number | null
  /** The reasons for it, and those why it may be missing or may not lead to the Service. */
  because: readonly Because[]
  /** TLS is ended by the backend, not by the controller: the certificate is the backend's. */
  passthrough?: boolean
}

/** One annotation that is read; the documentation lists it too. */
export type Read = { annotation: string; means: string }

/** A controller reads the path of a rule in one of these ways. */
export type PathSyntax = 'literal' | 'glob' | 'regex'

/** A rule for a host, with the annotations of its Ingress at hand. */
export type Asked = {
  ingress: Ingress
  /** The field that covers the host with TLS: `Ingress/toad spec.tls[0]`; `null` if none does. */
  tls: Because | null
  /** Reads an annotation of the Ingress; `null` if it has none, or an empty one. */
  value(annotation: string): string | null
  /** `Ingress/toad metadata.annotations["…"]=…`, as `because` tells it. */
  told(annotation: string): Because
}

/** Tells what the controller speaks to pods: its value is a protocol, or switches TLS on, or names the Services by TLS. */
export type BackendAnnotation = { annotation: string; says: 'protocol' | 'tls' | 'services' }

export type IngressController = {
  name: string
  /** The page of the controller's documentation, or the file of its code, that the rules are taken from. */
  sources: readonly string[]
  /** `IngressClass.spec.controller` begins with this. */
  controllers: readonly string[]
  /** A word of the class's name, where no IngressClass object tells: `nginx`, `nginx-internal`, `public-nginx`. */
  classes: readonly string[]
  /** Annotations that no other controller reads begin with this. */
  owns: readonly string[]
  /** Labels of the Service before it, as its chart or manifests set them. */
  fronts: readonly Labels[]
  reads: readonly Read[]
  /** TLS for a host is that of any Ingress of the class: certificates are chosen by SNI alone. */
  sharesTls: boolean
  listeners(asked: Asked): readonly Listener[]
  /** Reads a path. Without it paths are literal, those of type ImplementationSpecific perhaps regular expressions. */
  syntax?(asked: Asked, path: string, pathType: string): PathSyntax | null
  /** Finds the annotation that makes it internal to the cloud's network; `null` if it is public. */
  internal?(asked: Asked): Because | null
  /** Annotations that a plain request may not get past. */
  demands?: readonly { annotation: string; when: RegExp; why: string }[]
  /** Annotations that begin so, and end with the name of a backend, put conditions on it that a plain request may miss. */
  conditions?: string
  backend?: readonly BackendAnnotation[]
  /** Other hosts that get the same rules. */
  aliases?: readonly string[]
}

export function askedOf(ingress: Ingress, tls: Because | null): Asked {
  return {
    ingress,
    tls,
    value: (annotation) => annotationOf(ingress, annotation),
    told: (annotation) => toldAnnotation(ingress, annotation),
  }
}

type Told = { because?: readonly Because[]; port?: number | null }

export const http = ({ because = [], port = null }: Told = {}): Listener => ({ scheme: 'http', port, because })
export const https = ({ because = [], port = null }: Told = {}): Listener => ({ scheme: 'https', port, because })

/** The listeners that `spec.tls` alone promises, whoever the controller is. */
export function byTls({ tls }: Pick<Asked, 'tls'>): readonly Listener[] {
  if (tls === null) {
    return [http()]
  }
  const covered = doubted(tls, 'plain HTTP may be redirected or refused where TLS covers the host')
  return [https({ because: [tls] }), http({ because: [covered] })]
}

/** Annotations change the listeners of controllers that follow `spec.tls` in these ways. */
export type Switches = {
  /** TLS goes to the backend as it is. */
  passthrough?: readonly string[]
  /** If true, clients of plain HTTP are sent to HTTPS even where nothing covers the host. */
  force?: readonly string[]
  /** If false, plain HTTP is served beside HTTPS; it would be redirected otherwise. */
  redirect?: readonly string[]
  /** If false, there is no plain HTTP. */
  allowHttp?: readonly string[]
  /** Plain HTTP is served beside HTTPS unless an annotation says otherwise. */
  servesBoth?: boolean
}

/** The listeners of a controller whose annotations are switches on top of `spec.tls`. */
export function bySwitches(switches: Switches, asked: Asked): readonly Listener[] {
  const { tls, value, told } = asked
  const find = (names: readonly string[] = [], test: (value: string | null) => boolean): Because | null => {
    const name = names.find((each) => test(value(each)))
    return name === undefined ? null : told(name)
  }
  const passthrough = find(switches.passthrough, isTrue)
  if (passthrough !== null) {
    return [
      {
        ...https({ because: [noted(passthrough, 'TLS is ended by the backend, whose certificate it is')] }),
        passthrough: true,
      },
      http({ because: [doubted(passthrough, 'what plain HTTP gets beside it depends on the controller')] }),
    ]
  }
  const forced = find(switches.force, isTrue)
  const refused = find(switches.allowHttp, isFalse)
  const secure = tls ?? forced ?? null
  const both = find(switches.redirect, isFalse)
  return [
    ...(secure === null ? [] : [https({ because: [secure] })]),
    ...(refused !== null ? [] : [plain(asked, { forced, both, servesBoth: switches.servesBoth ?? false })]),
  ]
}

function plain(
  asked: Asked,
  { forced, both, servesBoth }: { forced: Because | null; both: Because | null; servesBoth: boolean },
): Listener {
  if (forced !== null) {
    return http({ because: [doubted(forced, 'plain HTTP is sent to HTTPS')] })
  }
  if (asked.tls === null) {
    return http()
  }
  if (both !== null) {
    return http({ because: [both] })
  }
  if (servesBoth) {
    return http()
  }
  return byTls(asked)[1] ?? http()
}
