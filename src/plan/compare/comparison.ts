/**
 * A comparison of two sides: every request that the rules of either promise is sent to both, each side dialled at its
 * own address. What is to be sent is worked out here, from paths that were planned before. Pure.
 *
 * @module
 */
export const SIDES = ['left', 'right'] as const
export type Side = (typeof SIDES)[number]

export const otherSide = (side: Side): Side => (side === 'left' ? 'right' : 'left')

/** A side is whatever one object routes, or what a job that has ended had planned. */
export type SideAsked =
  | { kind: string; namespace: string | null; name: string; addresses: SideAddresses | null }
  | { job: string }

/** The address of a side's router, where the objects do not say it or another one is meant. */
export type SideAddresses = {
  ingressController: readonly string[]
  controllerPorts: { http: number; https: number } | null
}

/**
 * The way to one side: the id of the path that is dialled, or why there is none, which says nothing about the side.
 * `unlistened`: by the objects it does not listen for the scheme, and is asked at the usual port.
 */
export type Way = { pathId: string; unlistened?: string } | { unasked: string }

export type ComparedRequest = {
  /** Stands for the request in this comparison: the name of the check that makes it, on both sides. */
  id: string
  method: string
  scheme: 'http' | 'https'
  /** `null`: the rule has none, and each side is asked with its own address. */
  host: string | null
  /** Path and query. */
  path: string
  /** The rule asks for these, by lower-case name. */
  headers: Readonly<Record<string, string>>
  ways: Readonly<Record<Side, Way>>
  /** The fields that promise it; empty: the rules of this side do not. */
  because: Readonly<Record<Side, readonly string[]>>
}

/** A request that the rules promise and that is not sent. */
export type NotSent = { side: Side; request: string; reason: string }

/** A request for a host that no rule names: its answer is the router's own. */
export type OwnAnswer = { side: Side; pathId: string }

/** A comparison is kept as this, beside the paths that are dialled. */
export type Comparison = {
  left: SideAsked
  right: SideAsked
  requests: readonly ComparedRequest[]
  ownAnswers: readonly OwnAnswer[]
  notSent: readonly NotSent[]
  /** Lower case; a `*` at the end stands for any. */
  ignoreHeaders: readonly string[]
  /** `null`: the caller named none. */
  methods: readonly string[] | null
  /** `null`: every Service that the two sides route to. */
  service: string | null
}
