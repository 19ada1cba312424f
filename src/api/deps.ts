import type { Context } from 'hono'
import type { Network } from '../check/network.ts'
import type { Policy } from '../check/policy.ts'
import type { RunChecks } from '../check/work.ts'
import type { JobLimits, RateLimits } from '../job/limits.ts'
import type { PlanDeps } from '../job/plan-request.ts'
import type { JobQueue, JobSignals } from '../job/queue.ts'
import type { SecretBox } from '../job/secret-box.ts'
import type { LiveClusters } from '../kube/live-clusters.ts'
import type { ObjectSource } from '../kube/object-source.ts'
import type { Budget } from '../lib/budget.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { DiscoverEgress } from '../plan/discover-egress.ts'
import type { Place } from '../plan/place.ts'
import type { JwtRule } from '../record/jwt-rule.ts'
import type { Store } from '../store/db.ts'
import type { IssuerPort } from './access/issuers.ts'
import type { OidcClient } from './access/oidc.ts'
import type { AskedFor, Reading, ReadOutcome } from './reading.ts'

/** Everything that the API and the core need from a runtime. It is built once, in a composition root. */
export type Deps = {
  store: Store
  clock: Clock
  log: Log
  queue: JobQueue
  signals: JobSignals
  secrets: SecretBox
  place: Place
  /** Reads the objects of requests without manifests. */
  clusterSource: ObjectSource
  clusters: LiveClusters
  policy: Policy
  /**
   * Tells why an address cannot be reached from here, whatever the policy allows; left out: it is known only when it is
   * dialled.
   */
  cannotReach?: Network['cannotReach']
  settings: Settings
  unsupported?: NonNullable<PlanDeps['unsupported']>
  /** Counts the bytes of request bodies that are held at once. */
  bodies: Budget
  /** Reads and plans a large body without keeping anything else waiting; left out: this runtime has no way to. */
  readLarge?<R extends Reading>(reading: R): Promise<ReadOutcome<AskedFor<R>>>
  /** Finds the address of the client that has sent a request; `null`: it is not known. */
  clientAddress(context: Context): string | null
  /**
   * Counts a request in a place that all processes share; resolves with whether it may go on. Left out: there is none.
   */
  sharedLimit?(key: string): Promise<boolean>
  limits: JobLimits
  /** Tells whether a request came by TLS, as far as the runtime and the proxies that are trusted know. */
  isSecure(context: Context): boolean
  /** Asks issuers of tokens. */
  issuers: IssuerPort
  /** Resolves when a request may begin: `true`, or `false` if it has waited too long and is to be refused. */
  mayBegin?(): Promise<boolean>
  /** Serves requests that probe at once: `/probe`. */
  runChecks: RunChecks
  /** Tells whether this request may ask the database again; a stream or a wait ends when it may not. */
  mayLookAgain(): boolean
  /**
   * Refuses to go on where whoever asks is not known any more: a token was revoked under a stream or a wait. Left out:
   * nobody has asked yet.
   *
   * @throws ProblemError `unauthenticated`
   */
  refuseUnknown?(): Promise<void>
  /** Sees to it that work goes on to its end that no answer waits for. It never rejects. */
  inBackground(work: Promise<void>): void
  /** Called when a schedule was made or changed: it may be due before what is waited for. */
  schedulesChanged(): void
  figures(): ProcessFigures
  /** Tells the problems that keep it from doing its work, by component; empty when ready. */
  notReady(): Promise<Readonly<Record<string, string>>>
  /** Loads `mcp/serve.ts`, at the first message of MCP. Left out: there is no `/mcp`. */
  loadMcp?(): Promise<{ serveMcp(context: never, lent: never): Promise<Response> }>
  /** Finds a file below `/docs/`: a page (`errors/not_found.md`) or a part of the API browser (`ui/swagger-ui.css`). */
  asset(path: string): Promise<Asset | null>
}

export type Asset = { body: ReadableStream | Uint8Array<ArrayBuffer> | string; contentType: string }

/** Figures that the runtime has of its own process; `null`: it has none. */
export type ProcessFigures = {
  startedAtMs: number | null
  /** User and system, since the start. */
  cpuMs: number | null
  residentBytes: number | null
  databaseBytes: number | null
  triesUnderWay: number | null
}

export type Settings = {
  version: string
  /** The address at which people reach this server, like `https://portolan.example`, for links. `null`: not said. */
  publicUrl: string | null
  /** This is part of a program that ends with its run: nobody can fetch anything from it later. Left out: it serves. */
  isForOneRun?: boolean
  /** The name of the cluster that Portolan stands in or reads. */
  cluster: string
  dnsServers: readonly string[]
  /** Jobs waiting; beyond it new ones are refused. */
  queueLimit: number
  /** Schedules that there may be; beyond it new ones are refused. */
  scheduleLimit: number
  rateLimits: RateLimits
  /** Seconds; a longer wait is cut to it. */
  waitLimit: number
  bodyLimitBytes: number
  /**
   * `loopbackOnly`: it listens on loopback and asks for no token, so requests must name a loopback host. A page of
   * another site could else reach it through a name that it makes resolve to 127.0.0.1 (DNS rebinding).
   */
  auth: AuthSettings
  /** `private`: the documentation needs a token as everything else does. */
  docs: 'open' | 'private'
  /** For tokens that others have signed. */
  jwtRules: readonly JwtRule[]
  /** The identity provider at which people log in; null if they log in with a token only. */
  oidc: OidcClient | null
  /** Gaps, growing from the first to the last, after which a waiting request looks for changes of other processes. */
  poll: { firstMs: number; lastMs: number }
  /** Jobs of discovery may dial these besides the cluster's own addresses; left out: nothing else. */
  discoverEgress?: DiscoverEgress
  /** The shortest `@every`, milliseconds: how often this runtime can wake. */
  everyLeastMs: number
  /** A stream of events is closed after this long; the client resumes. */
  eventsLimitMs: number
}

export type AuthSettings = {
  required: boolean
  adminToken: string | null
  metricsToken: string | null
  loopbackOnly?: boolean
  /** Tokens were made here before the start. */
  hasMadeTokens?: boolean
}

/** Tells whether a token that is sent may be meant to be one of this server's, though it asks nobody for one. */
export const hasOwnTokens = ({ adminToken, hasMadeTokens = false }: AuthSettings): boolean =>
  adminToken !== null || hasMadeTokens
