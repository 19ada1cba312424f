// Written by `npm run client` from openapi.yaml; do not edit.
import type { Answer, Body, FormatOf, Given, Item, Options } from './types.ts'

/** What is needed to ask for each operation, by its `operationId`. */
export const OPERATIONS = {
  createJob: {
    method: 'POST',
    path: '/v1/jobs',
    hasKey: true,
    hasBody: true,
    isReport: true,
    told: ['id', 'finishedAt'],
  },
  listJobs: { method: 'GET', path: '/v1/jobs' },
  getJob: { method: 'GET', path: '/v1/jobs/{id}', isReport: true, told: ['id', 'finishedAt'] },
  cancelJob: { method: 'POST', path: '/v1/jobs/{id}/cancel', told: ['id', 'finishedAt'] },
  getJobReport: { method: 'GET', path: '/v1/jobs/{id}/report', isReport: true, told: ['id', 'finishedAt'] },
  streamJobEvents: { method: 'GET', path: '/v1/jobs/{id}/events', accept: 'text/event-stream' },
  askForFlagger: { method: 'POST', path: '/v1/gates/flagger', accept: 'text/plain', hasBody: true, halts: [412, 503] },
  getForArgoRollouts: { method: 'GET', path: '/v1/gates/argo-rollouts' },
  askForArgoRollouts: { method: 'POST', path: '/v1/gates/argo-rollouts', hasBody: true },
  createBatch: {
    method: 'POST',
    path: '/v1/batches',
    hasKey: true,
    hasBody: true,
    isReport: true,
    told: ['id', 'finishedAt'],
  },
  listBatches: { method: 'GET', path: '/v1/batches' },
  getBatch: { method: 'GET', path: '/v1/batches/{id}', isReport: true, told: ['id', 'finishedAt'] },
  cancelBatch: { method: 'POST', path: '/v1/batches/{id}/cancel', told: ['id', 'finishedAt'] },
  getBatchReport: { method: 'GET', path: '/v1/batches/{id}/report', isReport: true, told: ['id', 'finishedAt'] },
  createCompare: {
    method: 'POST',
    path: '/v1/compare',
    hasKey: true,
    hasBody: true,
    isReport: true,
    told: ['id', 'finishedAt'],
  },
  getCompare: { method: 'GET', path: '/v1/compares/{id}', isReport: true, told: ['id', 'finishedAt'] },
  cancelCompare: { method: 'POST', path: '/v1/compares/{id}/cancel', told: ['id', 'finishedAt'] },
  getCompareReport: { method: 'GET', path: '/v1/compares/{id}/report', isReport: true, told: ['id', 'finishedAt'] },
  createSchedule: { method: 'POST', path: '/v1/schedules', hasKey: true, hasBody: true, told: ['id'] },
  listSchedules: { method: 'GET', path: '/v1/schedules' },
  getSchedule: { method: 'GET', path: '/v1/schedules/{id}', told: ['id'] },
  changeSchedule: { method: 'PATCH', path: '/v1/schedules/{id}', hasBody: true, told: ['id'] },
  deleteSchedule: { method: 'DELETE', path: '/v1/schedules/{id}', accept: null },
  runSchedule: {
    method: 'POST',
    path: '/v1/schedules/{id}/run',
    hasKey: true,
    isReport: true,
    told: ['id', 'finishedAt'],
  },
  listScheduleJobs: { method: 'GET', path: '/v1/schedules/{id}/jobs' },
  listServices: { method: 'GET', path: '/v1/services' },
  getService: { method: 'GET', path: '/v1/services/{namespace}/{name}' },
  listServiceResults: { method: 'GET', path: '/v1/services/{namespace}/{name}/results' },
  getServiceSeries: { method: 'GET', path: '/v1/services/{namespace}/{name}/series' },
  listServiceIncidents: { method: 'GET', path: '/v1/services/{namespace}/{name}/incidents' },
  listIncidents: { method: 'GET', path: '/v1/incidents' },
  listClusters: { method: 'GET', path: '/v1/clusters' },
  listClusterServices: { method: 'GET', path: '/v1/clusters/{cluster}/services' },
  getReport: { method: 'GET', path: '/v1/report', isReport: true },
  getServiceReport: { method: 'GET', path: '/v1/services/{namespace}/{name}/report', isReport: true },
  getServiceBadge: { method: 'GET', path: '/v1/services/{namespace}/{name}/badge.svg', accept: 'image/svg+xml' },
  createStatusPage: { method: 'POST', path: '/v1/status-pages', hasKey: true, hasBody: true, told: ['id'] },
  listStatusPages: { method: 'GET', path: '/v1/status-pages' },
  getStatusPage: { method: 'GET', path: '/v1/status-pages/{id}', told: ['id'] },
  changeStatusPage: { method: 'PATCH', path: '/v1/status-pages/{id}', hasBody: true, told: ['id'] },
  deleteStatusPage: { method: 'DELETE', path: '/v1/status-pages/{id}', accept: null },
  createAnnouncement: {
    method: 'POST',
    path: '/v1/status-pages/{id}/announcements',
    hasKey: true,
    hasBody: true,
    told: ['id'],
  },
  listAnnouncements: { method: 'GET', path: '/v1/status-pages/{id}/announcements' },
  getAnnouncement: { method: 'GET', path: '/v1/status-pages/{id}/announcements/{announcement}', told: ['id'] },
  changeAnnouncement: {
    method: 'PATCH',
    path: '/v1/status-pages/{id}/announcements/{announcement}',
    hasBody: true,
    told: ['id'],
  },
  deleteAnnouncement: { method: 'DELETE', path: '/v1/status-pages/{id}/announcements/{announcement}', accept: null },
  getStatus: { method: 'GET', path: '/status/{slug}' },
  getStatusBadge: { method: 'GET', path: '/status/{slug}/badge.svg', accept: 'image/svg+xml' },
  getStatusRss: { method: 'GET', path: '/status/{slug}/feed.rss', accept: 'application/rss+xml' },
  getStatusAtom: { method: 'GET', path: '/status/{slug}/feed.atom', accept: 'application/atom+xml' },
  listAudit: { method: 'GET', path: '/v1/audit' },
  createToken: { method: 'POST', path: '/v1/tokens', hasKey: true, hasBody: true, told: ['id'] },
  listTokens: { method: 'GET', path: '/v1/tokens' },
  getToken: { method: 'GET', path: '/v1/tokens/{id}', told: ['id'] },
  revokeToken: { method: 'DELETE', path: '/v1/tokens/{id}', told: ['id'] },
  getLogin: { method: 'GET', path: '/login', accept: 'text/html', halts: [400, 429, 431, 500, 503] },
  logIn: { method: 'POST', path: '/login', hasBody: true, told: ['id'] },
  logOut: { method: 'POST', path: '/logout', accept: null },
  beginOidcLogin: { method: 'GET', path: '/login/oidc', accept: null },
  finishOidcLogin: { method: 'GET', path: '/login/oidc/callback', accept: null },
  whoami: { method: 'GET', path: '/v1/whoami', told: ['id'] },
  getMetrics: { method: 'GET', path: '/metrics', accept: 'text/plain' },
  probeTarget: { method: 'GET', path: '/probe', accept: 'text/plain' },
  createPlan: { method: 'POST', path: '/v1/plan', hasBody: true, isReport: true },
  explainEgress: { method: 'GET', path: '/v1/egress' },
  getLivez: { method: 'GET', path: '/livez' },
  getReadyz: { method: 'GET', path: '/readyz' },
  getOpenApiJson: { method: 'GET', path: '/openapi.json' },
  getOpenApiYaml: { method: 'GET', path: '/openapi.yaml', accept: 'application/yaml' },
  getDocs: { method: 'GET', path: '/docs/api', accept: 'text/html', halts: [400, 401, 403, 429, 431, 500, 503] },
  searchDocs: { method: 'GET', path: '/docs/search' },
  getDocsIndex: { method: 'GET', path: '/docs', accept: 'text/plain' },
  getDocsPage: { method: 'GET', path: '/docs/{page}', accept: 'text/plain' },
  getDocsFile: { method: 'GET', path: '/docs/{folder}/{file}', accept: 'text/plain' },
} as const

/** The iterator over all pages of each list, by the list's `operationId`. */
export const ITERATORS = {
  listJobs: 'eachJob',
  listBatches: 'eachBatch',
  listSchedules: 'eachSchedule',
  listScheduleJobs: 'eachScheduleJob',
  listServices: 'eachService',
  listServiceResults: 'eachServiceResult',
  listServiceIncidents: 'eachServiceIncident',
  listIncidents: 'eachIncident',
  listClusters: 'eachCluster',
  listClusterServices: 'eachClusterService',
  listStatusPages: 'eachStatusPage',
  listAnnouncements: 'eachAnnouncement',
  listAudit: 'eachAudit',
  listTokens: 'eachToken',
} as const

/** A method for each operation. `W`: with the response that the document came in. */
export interface Methods<W extends boolean = false> {
  /** Probe every path of a Service. As `application/json`: a job. As `application/yaml` (or JSON that has `kind`): the manifests themselves, with the options of the query. Without a body: the live Service that the query names, read from its cluster. An unreachable target is a 200 with a failing verdict. Needs the scope `jobs:write`. */
  createJob<F extends FormatOf<'createJob'> = 'json'>(
    body?: Body<'createJob'>,
    options?: Options<'createJob', F>,
  ): Promise<Given<Answer<'createJob', F>, W>>
  /** Jobs, newest first. Needs the scope `jobs:read`. */
  listJobs(options?: Options<'listJobs'>): Promise<Given<Answer<'listJobs'>, W>>
  /** One job with its paths and results. Needs the scope `jobs:read`. */
  getJob<F extends FormatOf<'getJob'> = 'json'>(
    id: string,
    options?: Options<'getJob', F>,
  ): Promise<Given<Answer<'getJob', F>, W>>
  /** Cancel a job. Tries under way are cut; what was recorded stays. A job that has ended is a 409. Needs the scope `jobs:write`. */
  cancelJob(id: string, options?: Options<'cancelJob'>): Promise<Given<Answer<'cancelJob'>, W>>
  /** A job as a report. By `format` (json, text, markdown, junit, csv, tap, html), else by `Accept`. `text` begins with PASS, FAIL, ERROR or INCONCLUSIVE. Needs the scope `jobs:read`. */
  getJobReport<F extends FormatOf<'getJobReport'> = 'json'>(
    id: string,
    options?: Options<'getJobReport', F>,
  ): Promise<Given<Answer<'getJobReport', F>, W>>
  /** Follow a job (server-sent events). Events `path`, `result` and `done`. Ids are row ids (for a token that is narrowed to namespaces or clusters: numbers within the job): `Last-Event-ID` resumes after one and misses nothing; `path` events have none and may come again. A comment every 15 s keeps the connection. Closes after `done`; a reconnect after it is a 204. Needs the scope `jobs:read`. */
  streamJobEvents(id: string, options?: Options<'streamJobEvents'>): Promise<Given<Answer<'streamJobEvents'>, W>>
  /** Tell Flagger whether a canary may go on. Probes the live Service `metadata.service`, else `{name}-canary`. 200 lets Flagger go on; any other status halts it. A question that is asked again before it was answered is the same job. Takes the token as the password of Basic as well, since a webhook has a URL and no headers. Needs the scope `jobs:write`. */
  askForFlagger(
    body: Body<'askForFlagger'>,
    options?: Options<'askForFlagger'>,
  ): Promise<Given<Answer<'askForFlagger'>, W>>
  /** Tell Argo Rollouts whether a rollout may go on. Probes the live Service that the query names, and answers 200 with the verdict: `jsonPath: "{$.verdict}"`. Only a caller that is refused, for its token or its rate, gets another status. Asking again before there is an answer continues the same job. The token may also be sent as the password of Basic. Needs the scope `jobs:write`. */
  getForArgoRollouts(options?: Options<'getForArgoRollouts'>): Promise<Given<Answer<'getForArgoRollouts'>, W>>
  /** Tell Argo Rollouts whether a rollout may go on, with checks of your own (jsonBody). Probes the live Service that the query names, and answers 200 with the verdict: `jsonPath: "{$.verdict}"`. Only a caller that is refused, for its token or its rate, gets another status. Asking again before there is an answer continues the same job. The token may also be sent as the password of Basic. Needs the scope `jobs:write`. */
  askForArgoRollouts(
    body?: Body<'askForArgoRollouts'>,
    options?: Options<'askForArgoRollouts'>,
  ): Promise<Given<Answer<'askForArgoRollouts'>, W>>
  /** Probe every path of many Services. Makes a job for each Service that the target selects, at most 50. The body is that of a job, or the manifests themselves with the options of the query. Without manifests the live Services are read from the cluster: name the namespaces, or ask for all. A Service that cannot be planned has a job that ends with the problem and the verdict `error`; the others are probed. Needs the scope `jobs:write`. */
  createBatch<F extends FormatOf<'createBatch'> = 'json'>(
    body?: Body<'createBatch'>,
    options?: Options<'createBatch', F>,
  ): Promise<Given<Answer<'createBatch', F>, W>>
  /** Batches, newest first. Needs the scope `jobs:read`. */
  listBatches(options?: Options<'listBatches'>): Promise<Given<Answer<'listBatches'>, W>>
  /** One batch with its jobs. Needs the scope `jobs:read`. */
  getBatch<F extends FormatOf<'getBatch'> = 'json'>(
    id: string,
    options?: Options<'getBatch', F>,
  ): Promise<Given<Answer<'getBatch', F>, W>>
  /** Cancel a batch. Cancels its jobs that have not ended; the others stay as they are. A batch that has ended is a 409. Needs the scope `jobs:write`. */
  cancelBatch(id: string, options?: Options<'cancelBatch'>): Promise<Given<Answer<'cancelBatch'>, W>>
  /** A batch as one report. By `format` (json, text, markdown, junit, csv, tap, html), else by `Accept`. A line for each Service, then the whole report of each that does not work; JUnit: a suite for each Service; JSON: the batch. Needs the scope `jobs:read`. */
  getBatchReport<F extends FormatOf<'getBatchReport'> = 'json'>(
    id: string,
    options?: Options<'getBatchReport', F>,
  ): Promise<Given<Answer<'getBatchReport', F>, W>>
  /** Send two sides the same requests, and compare the answers. As `application/json`: a comparison. As `application/yaml` (or JSON that has `kind`): the manifests themselves, with `left`, `right` and the rest in the query. Without a body: the live objects of the namespace that the query names. Every request that the rules of either side promise is sent to both, each dialled at its own address, three times. Only what differs between the two sides counts; what differs within one is reported, and does not count. Differences are a 200 with the verdict `fail`. History keeps nothing of it. Needs the scope `jobs:write`. */
  createCompare<F extends FormatOf<'createCompare'> = 'json'>(
    body?: Body<'createCompare'>,
    options?: Options<'createCompare', F>,
  ): Promise<Given<Answer<'createCompare', F>, W>>
  /** One comparison with its requests. Needs the scope `jobs:read`. */
  getCompare<F extends FormatOf<'getCompare'> = 'json'>(
    id: string,
    options?: Options<'getCompare', F>,
  ): Promise<Given<Answer<'getCompare', F>, W>>
  /** Cancel a comparison. Tries under way are cut; what was recorded stays. A comparison that has ended is a 409. Needs the scope `jobs:write`. */
  cancelCompare(id: string, options?: Options<'cancelCompare'>): Promise<Given<Answer<'cancelCompare'>, W>>
  /** A comparison as a report. By `format` (json, text, markdown, junit, csv, tap, html), else by `Accept`. `text` begins with PASS, FAIL, ERROR or INCONCLUSIVE. Needs the scope `jobs:read`. */
  getCompareReport<F extends FormatOf<'getCompareReport'> = 'json'>(
    id: string,
    options?: Options<'getCompareReport', F>,
  ): Promise<Given<Answer<'getCompareReport', F>, W>>
  /** Run a job or a batch again and again. The request is planned at once, so that one that could never run is refused, and again at each run. Values of secret-bearing fields of checks are kept encrypted and never shown. Needs the scope `schedules:write`. */
  createSchedule(
    body: Body<'createSchedule'>,
    options?: Options<'createSchedule'>,
  ): Promise<Given<Answer<'createSchedule'>, W>>
  /** Schedules, newest first. Needs the scope `schedules:read`. */
  listSchedules(options?: Options<'listSchedules'>): Promise<Given<Answer<'listSchedules'>, W>>
  /** One schedule, with what it asks for. The `ETag` changes when the schedule is changed, not when it runs. Needs the scope `schedules:read`. */
  getSchedule(id: string, options?: Options<'getSchedule'>): Promise<Given<Answer<'getSchedule'>, W>>
  /** Change or pause a schedule. Fields that are left out stay as they are, and a run under way goes on as it was. A request that changes nothing, secrets included, keeps the `ETag`. A `job` or `batch` is replaced as a whole; `keep` names hidden parts that stay, so that nobody has to know a secret to change the rest. Needs the scope `schedules:write`. */
  changeSchedule(
    id: string,
    body: Body<'changeSchedule'>,
    options?: Options<'changeSchedule'>,
  ): Promise<Given<Answer<'changeSchedule'>, W>>
  /** Delete a schedule. Deletes the secrets of its checks, too. Its jobs stay, and a run under way goes on. `If-Match` is honoured. Needs the scope `schedules:write`. */
  deleteSchedule(id: string, options?: Options<'deleteSchedule'>): Promise<Given<Answer<'deleteSchedule'>, W>>
  /** Run a schedule now. Runs even if it is paused, or its previous run has not ended. The answer is the job, or the batch, that it makes. Needs the scope `jobs:write`. */
  runSchedule<F extends FormatOf<'runSchedule'> = 'json'>(
    id: string,
    options?: Options<'runSchedule', F>,
  ): Promise<Given<Answer<'runSchedule', F>, W>>
  /** Jobs that a schedule has made, newest first. Needs the scope `jobs:read`. */
  listScheduleJobs(id: string, options?: Options<'listScheduleJobs'>): Promise<Given<Answer<'listScheduleJobs'>, W>>
  /** Every Service ever probed. Sorted by namespace, name and cluster, or problems first. `counts` and `availability` are over the whole hours of the window. Needs the scope `reports:read`. */
  listServices(options?: Options<'listServices'>): Promise<Given<Answer<'listServices'>, W>>
  /** One Service: the state of each path, since when, and the current diagnosis. Paths that are no longer planned are included, with `retiredAt`. Needs the scope `reports:read`. */
  getService(namespace: string, name: string, options?: Options<'getService'>): Promise<Given<Answer<'getService'>, W>>
  /** Recorded tries, newest first. Needs the scope `reports:read`. */
  listServiceResults(
    namespace: string,
    name: string,
    options?: Options<'listServiceResults'>,
  ): Promise<Given<Answer<'listServiceResults'>, W>>
  /** Points for a plot. One for each step, empty ones too; at most 2000. Steps of whole hours or days come from rollups, finer ones from raw results. Needs the scope `reports:read`. */
  getServiceSeries(
    namespace: string,
    name: string,
    options?: Options<'getServiceSeries'>,
  ): Promise<Given<Answer<'getServiceSeries'>, W>>
  /** Incidents of a Service, newest first. An incident lasts from the first failure until everything passes again; failing again within five minutes continues it. Lists those that were open at any time in the span. Needs the scope `reports:read`. */
  listServiceIncidents(
    namespace: string,
    name: string,
    options?: Options<'listServiceIncidents'>,
  ): Promise<Given<Answer<'listServiceIncidents'>, W>>
  /** Incidents of all Services, the open ones first. Open ones come first, the latest to begin first; then ended ones, the latest to end first. With `from` and `to`: those that were open at any time in that span. Needs the scope `reports:read`. */
  listIncidents(options?: Options<'listIncidents'>): Promise<Given<Answer<'listIncidents'>, W>>
  /** The clusters that this server reads, each with its state. Sorted by name. A cluster that has not answered for some seconds is asked for its state first. Needs the scope `plan`. */
  listClusters(options?: Options<'listClusters'>): Promise<Given<Answer<'listClusters'>, W>>
  /** Every Service that a cluster has now. Sorted by namespace and name, and read from the API server for each request. Needs the scope `plan`. */
  listClusterServices(
    cluster: string,
    options?: Options<'listClusterServices'>,
  ): Promise<Given<Answer<'listClusterServices'>, W>>
  /** Is everything fine?. All Services over a window of whole hours. By `format` (json, text, markdown, junit, csv, tap, html), else by `Accept`. Needs the scope `reports:read`. */
  getReport<F extends FormatOf<'getReport'> = 'json'>(
    options?: Options<'getReport', F>,
  ): Promise<Given<Answer<'getReport', F>, W>>
  /** A Service over a window. By `format` (json, text, markdown, junit, csv, tap, html), else by `Accept`. Needs the scope `reports:read`. */
  getServiceReport<F extends FormatOf<'getServiceReport'> = 'json'>(
    namespace: string,
    name: string,
    options?: Options<'getServiceReport', F>,
  ): Promise<Given<Answer<'getServiceReport', F>, W>>
  /** Availability over a window, as a badge. Needs the scope `reports:read`. */
  getServiceBadge(
    namespace: string,
    name: string,
    options?: Options<'getServiceBadge'>,
  ): Promise<Given<Answer<'getServiceBadge'>, W>>
  /** Make a status page. Publishes the state of some Services at `/status/{slug}`, under the titles given here and no other name. Only a token that reaches every namespace of every cluster can make and see status pages. Needs the scope `admin`. */
  createStatusPage(
    body: Body<'createStatusPage'>,
    options?: Options<'createStatusPage'>,
  ): Promise<Given<Answer<'createStatusPage'>, W>>
  /** Status pages, newest first. Needs the scope `admin`. */
  listStatusPages(options?: Options<'listStatusPages'>): Promise<Given<Answer<'listStatusPages'>, W>>
  /** The settings of a status page. Needs the scope `admin`. */
  getStatusPage(id: string, options?: Options<'getStatusPage'>): Promise<Given<Answer<'getStatusPage'>, W>>
  /** Change a status page. Fields that are left out stay as they are; `services` is replaced as a whole. Readers see the change within 30 s. Needs the scope `admin`. */
  changeStatusPage(
    id: string,
    body: Body<'changeStatusPage'>,
    options?: Options<'changeStatusPage'>,
  ): Promise<Given<Answer<'changeStatusPage'>, W>>
  /** Delete a status page. Deletes its announcements, too. `If-Match` is honoured. Needs the scope `admin`. */
  deleteStatusPage(id: string, options?: Options<'deleteStatusPage'>): Promise<Given<Answer<'deleteStatusPage'>, W>>
  /** Announce an incident. Adds an incident in your own words to the measured ones, whose words are fixed. It changes no state of a Service. Needs the scope `admin`. */
  createAnnouncement(
    id: string,
    body: Body<'createAnnouncement'>,
    options?: Options<'createAnnouncement'>,
  ): Promise<Given<Answer<'createAnnouncement'>, W>>
  /** Announcements of a status page, the latest to begin first. Needs the scope `admin`. */
  listAnnouncements(id: string, options?: Options<'listAnnouncements'>): Promise<Given<Answer<'listAnnouncements'>, W>>
  /** One announcement. Needs the scope `admin`. */
  getAnnouncement(
    id: string,
    announcement: string,
    options?: Options<'getAnnouncement'>,
  ): Promise<Given<Answer<'getAnnouncement'>, W>>
  /** Change an announcement, or add an update. Fields that are left out stay as they are. `state` or `body` adds an update with the current time. Needs the scope `admin`. */
  changeAnnouncement(
    id: string,
    announcement: string,
    body: Body<'changeAnnouncement'>,
    options?: Options<'changeAnnouncement'>,
  ): Promise<Given<Answer<'changeAnnouncement'>, W>>
  /** Delete an announcement. Pages and feeds no longer show it. `If-Match` is honoured. Needs the scope `admin`. */
  deleteAnnouncement(
    id: string,
    announcement: string,
    options?: Options<'deleteAnnouncement'>,
  ): Promise<Given<Answer<'deleteAnnouncement'>, W>>
  /** A status page: the states and incidents of its Services. A page if `Accept` names `text/html`, else this document. It may be 30 s old. A page that is not public needs a token with any scope, or the cookie of a login. Needs no token. */
  getStatus(slug: string, options?: Options<'getStatus'>): Promise<Given<Answer<'getStatus'>, W>>
  /** The state of a status page, as a badge. A page that is not public needs a token with any scope, or the cookie of a login. Needs no token. */
  getStatusBadge(slug: string, options?: Options<'getStatusBadge'>): Promise<Given<Answer<'getStatusBadge'>, W>>
  /** The incidents of a status page, as RSS 2.0. A page that is not public needs a token with any scope, or the cookie of a login. Needs no token. */
  getStatusRss(slug: string, options?: Options<'getStatusRss'>): Promise<Given<Answer<'getStatusRss'>, W>>
  /** The incidents of a status page, as Atom. A page that is not public needs a token with any scope, or the cookie of a login. Needs no token. */
  getStatusAtom(slug: string, options?: Options<'getStatusAtom'>): Promise<Given<Answer<'getStatusAtom'>, W>>
  /** The audit log, newest first. Every change that was asked for over the API. What schedules and discovery make is not logged. A token that is narrowed to namespaces sees only changes in these. Needs the scope `audit:read`. */
  listAudit(options?: Options<'listAudit'>): Promise<Given<Answer<'listAudit'>, W>>
  /** Make a token. The answer holds the token, which is shown only this once and is not stored. A caller can grant nothing that it does not have itself. A token cannot be changed: make another, and revoke this one. Needs the scope `tokens:write`. */
  createToken(body: Body<'createToken'>, options?: Options<'createToken'>): Promise<Given<Answer<'createToken'>, W>>
  /** Tokens, newest first, after those of the environment. Lists the tokens that the caller could have made. Tokens that have ended are listed for 90 more days, with their state. Needs the scope `tokens:write`. */
  listTokens(options?: Options<'listTokens'>): Promise<Given<Answer<'listTokens'>, W>>
  /** One token, without its secret. Needs the scope `tokens:write`. */
  getToken(id: string, options?: Options<'getToken'>): Promise<Given<Answer<'getToken'>, W>>
  /** Revoke a token. Every process refuses it from the next request on, and its streams and waits end within 5 s. Its jobs and schedules go on, within the limits that it had. Revoking it again changes nothing. Needs the scope `tokens:write`. */
  revokeToken(id: string, options?: Options<'revokeToken'>): Promise<Given<Answer<'revokeToken'>, W>>
  /** The login page, for browsers. Needs no token. */
  getLogin(options?: Options<'getLogin'>): Promise<Given<Answer<'getLogin'>, W>>
  /** Log in with a token. Sets a cookie for browsers; other clients send the token with each request. The cookie is `__Host-portolan`, or `portolan-{port}` over http on loopback; over http from another host, login is refused. The session lasts 7 days at most, and ends after 12 hours without a request, or with its token. A form is answered with a page. Needs no token. */
  logIn(body: Body<'logIn'>, options?: Options<'logIn'>): Promise<Given<Answer<'logIn'>, W>>
  /** Log out. The identity provider is not told, so logging in there again may need no password. Needs no token. */
  logOut(options?: Options<'logOut'>): Promise<Given<Answer<'logOut'>, W>>
  /** Begin a login at the identity provider. Needs no token. */
  beginOidcLogin(options?: Options<'beginOidcLogin'>): Promise<Given<Answer<'beginOidcLogin'>, W>>
  /** Finish a login from the identity provider. The first rule of `PORTOLAN_JWT_RULES` that fits the ID token decides what the person may do. Needs no token. */
  finishOidcLogin(options?: Options<'finishOidcLogin'>): Promise<Given<Answer<'finishOidcLogin'>, W>>
  /** The caller, and what it may do. Needs a token with any scope. */
  whoami(options?: Options<'whoami'>): Promise<Given<Answer<'whoami'>, W>>
  /** Metrics for Prometheus. The last result of each path and check, for an hour, under blackbox_exporter's names; and metrics of the process. Text format 0.0.4. A token that is narrowed to namespaces or clusters gets only the jobs, schedules and results that it may see, and nothing of the process. Needs the scope `metrics:read`. */
  getMetrics(options?: Options<'getMetrics'>): Promise<Given<Answer<'getMetrics'>, W>>
  /** Probe one target now, as blackbox_exporter's /probe does. Records nothing. `probe_success` is 0 if the target is at fault; if the prober is, or its policy forbids the address, the answer is a problem, so that the scrape fails and the target is not blamed. Needs the scope `jobs:write`. */
  probeTarget(options: Options<'probeTarget'>): Promise<Given<Answer<'probeTarget'>, W>>
  /** Plan every path of a Service. Takes the body of a job, or none for a live Service. Probes and stores nothing. Each path names the object fields that it came from. Needs the scope `plan`. */
  createPlan<F extends FormatOf<'createPlan'> = 'json'>(
    body?: Body<'createPlan'>,
    options?: Options<'createPlan', F>,
  ): Promise<Given<Answer<'createPlan', F>, W>>
  /** Tell whether an address may be dialled, and which rule decides. Nothing is dialled. The policy judges addresses only, and again before every dial. A name is a 400, because what it resolves to may change. Needs the scope `plan`. */
  explainEgress(options: Options<'explainEgress'>): Promise<Given<Answer<'explainEgress'>, W>>
  /** Check that the process answers. Needs no token. */
  getLivez(options?: Options<'getLivez'>): Promise<Given<Answer<'getLivez'>, W>>
  /** Check that it can take jobs: the database is writable, and it is not draining. Needs no token. */
  getReadyz(options?: Options<'getReadyz'>): Promise<Given<Answer<'getReadyz'>, W>>
  /** This document, as JSON. Needs no token; with `PORTOLAN_DOCS=private`, a token with any scope. */
  getOpenApiJson(options?: Options<'getOpenApiJson'>): Promise<Given<Answer<'getOpenApiJson'>, W>>
  /** This document, as YAML. Needs no token; with `PORTOLAN_DOCS=private`, a token with any scope. */
  getOpenApiYaml(options?: Options<'getOpenApiYaml'>): Promise<Given<Answer<'getOpenApiYaml'>, W>>
  /** A browser for this API. Needs no token; with `PORTOLAN_DOCS=private`, a token with any scope. */
  getDocs(options?: Options<'getDocs'>): Promise<Given<Answer<'getDocs'>, W>>
  /** Search the documentation. Finds pages by the words of `q`, the best first, each with an excerpt. Needs no token; with `PORTOLAN_DOCS=private`, a token with any scope. */
  searchDocs(options: Options<'searchDocs'>): Promise<Given<Answer<'searchDocs'>, W>>
  /** The index of the documentation. A page is plain text under its name, and Markdown with `.md`. A client whose `Accept` names `text/html` gets HTML. Needs no token; with `PORTOLAN_DOCS=private`, a token with any scope. */
  getDocsIndex(options?: Options<'getDocsIndex'>): Promise<Given<Answer<'getDocsIndex'>, W>>
  /** A page of the documentation that is in no folder. A page is plain text under its name, and Markdown with `.md`. A client whose `Accept` names `text/html` gets HTML. Needs no token; with `PORTOLAN_DOCS=private`, a token with any scope. */
  getDocsPage(page: string, options?: Options<'getDocsPage'>): Promise<Given<Answer<'getDocsPage'>, W>>
  /** A guide; a page about a problem, a failure or a diagnosis; or a file of the browser for this API. A page is plain text under its name, and Markdown with `.md`. A client whose `Accept` names `text/html` gets HTML. Needs no token; with `PORTOLAN_DOCS=private`, a token with any scope. */
  getDocsFile(folder: string, file: string, options?: Options<'getDocsFile'>): Promise<Given<Answer<'getDocsFile'>, W>>
}

/** An iterator for each list. */
export interface Iterators {
  /** Jobs, newest first: all of them, page by page as they are asked for. */
  eachJob(options?: Options<'listJobs'>): AsyncGenerator<Item<'listJobs'>, void, undefined>
  /** Batches, newest first: all of them, page by page as they are asked for. */
  eachBatch(options?: Options<'listBatches'>): AsyncGenerator<Item<'listBatches'>, void, undefined>
  /** Schedules, newest first: all of them, page by page as they are asked for. */
  eachSchedule(options?: Options<'listSchedules'>): AsyncGenerator<Item<'listSchedules'>, void, undefined>
  /** Jobs that a schedule has made, newest first: all of them, page by page as they are asked for. */
  eachScheduleJob(
    id: string,
    options?: Options<'listScheduleJobs'>,
  ): AsyncGenerator<Item<'listScheduleJobs'>, void, undefined>
  /** Every Service ever probed: all of them, page by page as they are asked for. */
  eachService(options?: Options<'listServices'>): AsyncGenerator<Item<'listServices'>, void, undefined>
  /** Recorded tries, newest first: all of them, page by page as they are asked for. */
  eachServiceResult(
    namespace: string,
    name: string,
    options?: Options<'listServiceResults'>,
  ): AsyncGenerator<Item<'listServiceResults'>, void, undefined>
  /** Incidents of a Service, newest first: all of them, page by page as they are asked for. */
  eachServiceIncident(
    namespace: string,
    name: string,
    options?: Options<'listServiceIncidents'>,
  ): AsyncGenerator<Item<'listServiceIncidents'>, void, undefined>
  /** Incidents of all Services, the open ones first: all of them, page by page as they are asked for. */
  eachIncident(options?: Options<'listIncidents'>): AsyncGenerator<Item<'listIncidents'>, void, undefined>
  /** The clusters that this server reads, each with its state: all of them, page by page as they are asked for. */
  eachCluster(options?: Options<'listClusters'>): AsyncGenerator<Item<'listClusters'>, void, undefined>
  /** Every Service that a cluster has now: all of them, page by page as they are asked for. */
  eachClusterService(
    cluster: string,
    options?: Options<'listClusterServices'>,
  ): AsyncGenerator<Item<'listClusterServices'>, void, undefined>
  /** Status pages, newest first: all of them, page by page as they are asked for. */
  eachStatusPage(options?: Options<'listStatusPages'>): AsyncGenerator<Item<'listStatusPages'>, void, undefined>
  /** Announcements of a status page, the latest to begin first: all of them, page by page as they are asked for. */
  eachAnnouncement(
    id: string,
    options?: Options<'listAnnouncements'>,
  ): AsyncGenerator<Item<'listAnnouncements'>, void, undefined>
  /** The audit log, newest first: all of them, page by page as they are asked for. */
  eachAudit(options?: Options<'listAudit'>): AsyncGenerator<Item<'listAudit'>, void, undefined>
  /** Tokens, newest first, after those of the environment: all of them, page by page as they are asked for. */
  eachToken(options?: Options<'listTokens'>): AsyncGenerator<Item<'listTokens'>, void, undefined>
}
