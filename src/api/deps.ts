import type { Policy } from '../check/policy.ts'
import type { RunChecks } from '../check/work.ts'
import type { PlanDeps } from '../job/plan-request.ts'
import type { JobQueue, JobSignals } from '../job/queue.ts'
import type { SecretBox } from '../job/secrets.ts'
import type { LiveClusters } from '../kube/live-clusters.ts'
import type { ObjectSource } from '../kube/object-source.ts'
import type { Budget } from '../lib/budget.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { DiscoverEgress } from '../plan/keep-to-cluster.ts'
import type { Place } from '../plan/place.ts'
import type { Store } from '../store/db.ts'
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
  settings: Settings
  unsupported?: NonNullable<PlanDeps['unsupported']>
  /** Counts the bytes of request bodies that are held at once. */
  bodies: Budget
  /** Reads and plans a large body without keeping anything else waiting; left out: this runtime has no way to. */
  readLarge?<R extends Reading>(reading: R): Promise<ReadOutcome<AskedFor<R>>>
  /** Resolves when a request may begin: `true`, or `false` if it has waited too long and is to be refused. */
  mayBegin?(): Promise<boolean>
  /** Serves requests that probe at once: `/probe`. */
  runChecks: RunChecks
  /** Tells whether this request may ask the database again; a stream or a wait ends when it may not. */
  mayLookAgain(): boolean
  /** Called when a schedule was made or changed: it may be due before what is waited for. */
  schedulesChanged(): void
  figures(): ProcessFigures
  /** Tells the problems that keep it from doing its work, by component; empty when ready. */
  notReady(): Promise<Readonly<Record<string, string>>>
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
  /** The name of the cluster that Portolan stands in or reads. */
  cluster: string
  dnsServers: readonly string[]
  /** Jobs waiting; beyond it new ones are refused. */
  queueLimit: number
  /** Schedules that there may be; beyond it new ones are refused. */
  scheduleLimit: number
  /** Seconds; a longer wait is cut to it. */
  waitLimit: number
  bodyLimitBytes: number
  /**
   * `loopbackOnly`: it listens on loopback and asks for no token, so requests must name a loopback host. A page of
   * another site could else reach it through a name that it makes resolve to 127.0.0.1 (DNS rebinding).
   */
  auth: { required: boolean; adminToken: string | null; metricsToken: string | null; loopbackOnly?: boolean }
  /** Gaps, growing from the first to the last, after which a waiting request looks for changes of other processes. */
  poll: { firstMs: number; lastMs: number }
  /** Jobs of discovery may dial these besides the cluster's own addresses; left out: nothing else. */
  discoverEgress?: DiscoverEgress
  /** The shortest `@every`, milliseconds: how often this runtime can wake. */
  everyLeastMs: number
  /** A stream of events is closed after this long; the client resumes. */
  eventsLimitMs: number
}
