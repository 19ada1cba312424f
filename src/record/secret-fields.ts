/**
 * THE table of what callers and operators hand over that may carry a secret, and what becomes of it. It is printed into
 * `docs/guides/secrets.md`. A field of a request that is neither here nor in {@link PLAIN_FIELDS} fails a test, which also
 * sends a marker in each of these and looks for it in all that Portolan writes.
 *
 * @module
 */

/** `sealed`: stored encrypted while it is needed. `hashed`: only its SHA-256 is stored. `dropped`: not kept at all. */
export type Kept = 'sealed' | 'hashed' | 'dropped'

export type SecretField = {
  /** For requests as the API's description names them: the schema, or where a parameter stands, and the name. */
  field: string
  what: string
  kept: Kept
  /** It is handed over in a request, or in the server's environment. */
  in: 'request' | 'environment'
}

export const SECRET_FIELDS: readonly SecretField[] = [
  {
    in: 'request',
    field: 'HttpCheck.headers.*',
    what: 'values of headers of a check, cookies and credentials among them',
    kept: 'sealed',
  },
  { in: 'request', field: 'HttpCheck.body', what: 'the body of a check', kept: 'sealed' },
  { in: 'request', field: 'QueryResponse.send', what: 'what a TCP check sends', kept: 'sealed' },
  { in: 'request', field: 'QueryResponse.expect', what: 'what a TCP check expects in return', kept: 'sealed' },
  { in: 'request', field: 'GrpcCheck.metadata.*', what: 'values of the metadata of a gRPC call', kept: 'sealed' },
  {
    in: 'request',
    field: 'FlaggerPayload.metadata.job',
    what: 'a job as YAML in the metadata of a webhook: headers and bodies of its checks',
    kept: 'sealed',
  },
  { in: 'request', field: 'FlaggerPayload.*', what: 'what a later Flagger may add to its payload', kept: 'dropped' },
  {
    in: 'request',
    field: 'GateJob.*',
    what: 'a job as the body of a web metric: headers and bodies of its checks',
    kept: 'sealed',
  },
  {
    in: 'request',
    field: 'Addresses.environment',
    what: 'variables of a pod that Kubernetes has not made for a Service',
    kept: 'dropped',
  },
  {
    in: 'request',
    field: '*.target.manifests',
    what: 'data of Secrets and ConfigMaps, environment and arguments of containers, `last-applied-configuration`',
    kept: 'dropped',
  },
  {
    in: 'request',
    field: 'header authorization',
    what: 'the token of the request, as Bearer or as the password of Basic',
    kept: 'hashed',
  },
  { in: 'request', field: 'header cookie', what: 'the session of a browser', kept: 'hashed' },
  { in: 'request', field: 'Login.token', what: 'the token that a login sends', kept: 'hashed' },
  { in: 'request', field: 'LoginForm.token', what: 'the same from a form', kept: 'hashed' },
  {
    in: 'request',
    field: 'query (unknown)',
    what: 'an unknown parameter, like `?token=…`: it is refused without its value',
    kept: 'dropped',
  },
  { in: 'request', field: 'query target', what: 'user and password in the URL of `/probe`: refused', kept: 'dropped' },
  { in: 'environment', field: 'PORTOLAN_ADMIN_TOKEN', what: 'the first token', kept: 'dropped' },
  { in: 'environment', field: 'PORTOLAN_METRICS_TOKEN', what: 'the token for `/metrics`', kept: 'dropped' },
  { in: 'environment', field: 'PORTOLAN_SECRET_KEY', what: 'the key that seals', kept: 'dropped' },
  { in: 'environment', field: 'PORTOLAN_SECRET_KEYS', what: 'the keys that seal and open', kept: 'dropped' },
  {
    in: 'environment',
    field: 'PORTOLAN_OIDC_CLIENT_SECRET',
    what: 'the secret of the client at an identity provider',
    kept: 'dropped',
  },
  { in: 'environment', field: 'PORTOLAN_TOKEN', what: 'the token that a command sends', kept: 'dropped' },
  {
    in: 'environment',
    field: 'kubeconfig',
    what: 'tokens, passwords, client keys, and what plugins print',
    kept: 'dropped',
  },
]

/**
 * Fields of requests that are shown as they are: names, addresses, patterns, cursors. Nobody should put a secret there,
 * and what somebody puts there is stored readable and shown.
 */
export const PLAIN_FIELDS: readonly string[] = [
  ...['Patch', 'Request'].flatMap((of) =>
    ['body', 'services', 'startedAt', 'title'].map((name) => `Announcement${of}.${name}`),
  ),
  ...['cluster', 'name', 'namespace', 'title'].map((name) => `PublishedServiceRequest.${name}`),
  ...['path announcement', 'path slug'],
  ...['Addresses.clusterDomain', 'Addresses.dnsServers', 'Addresses.ingressController', 'Addresses.loadBalancer'],
  ...['Addresses.nodes', 'AnswerRrs.failIfAllMatchRegexp', 'AnswerRrs.failIfMatchesRegexp'],
  ...['AnswerRrs.failIfNoneMatchesRegexp', 'AnswerRrs.failIfNotMatchesRegexp', 'BatchRequest.labels.*'],
  ...['BatchRequest.target.cluster', 'BatchRequest.target.namespace', 'BatchRequest.target.namespaces'],
  ...['BatchRequest.target.selector', 'BatchRequest.target.selector.*', 'CompareRequest.ignoreHeaders'],
  ...['CompareRequest.labels.*', 'CompareRequest.target.cluster', 'CompareRequest.target.namespace'],
  ...['CompareRequest.target.service', 'CompareSide.job', 'SideAddresses.ingressController'],
  ...['CompareSide.kind', 'CompareSide.name', 'CompareSide.namespace', 'DnsCheck.name', 'DnsCheck.port'],
  ...['DnsQueryCheck.name', 'DnsQueryCheck.port', 'DnsQueryCheck.queryName', 'GrpcCheck.host', 'GrpcCheck.name'],
  ...['GrpcCheck.port', 'GrpcCheck.service', 'HttpCheck.host', 'HttpCheck.ingressPath', 'HttpCheck.name'],
  ...['HttpCheck.path', 'HttpCheck.port', 'HttpCheck.responder.bodyRegexp', 'HttpCheck.responder.header'],
  ...['HttpExpect.failIfBodyMatchesRegexp', 'HttpExpect.failIfBodyNotMatchesRegexp'],
  ...['FlaggerPayload.checksum', 'FlaggerPayload.metadata.cluster', 'FlaggerPayload.metadata.path'],
  ...['FlaggerPayload.metadata.port', 'FlaggerPayload.metadata.service', 'FlaggerPayload.name'],
  ...['FlaggerPayload.namespace', 'FlaggerPayload.phase', 'FlaggerPayload.metadata.deadlineMs'],
  ...['FlaggerPayload.metadata.samples', 'FlaggerPayload.metadata.settleMs', 'FlaggerPayload.metadata.timeoutMs'],
  ...['HeaderMatch.header', 'HeaderMatch.regexp'],
  ...['JsonPathMatch.equals', 'JsonPathMatch.matchesRegexp', 'JsonPathMatch.path'],
  ...['HttpExpect.validStatusCodes', 'JobRequest.labels.*', 'JobRequest.target.cluster'],
  ...['JobRequest.target.namespace', 'JobRequest.target.service', 'PathSelector.host', 'PathSelector.node'],
  ...['PathSelector.parent', 'PathSelector.port', 'SchedulePatch.cron', 'SchedulePatch.name'],
  ...['SchedulePatch.timeZone', 'ScheduleRequest.cron', 'ScheduleRequest.name', 'ScheduleRequest.timeZone'],
  ...[
    'TcpCheck.name',
    'StatusPagePatch.description',
    'StatusPagePatch.slug',
    'StatusPagePatch.title',
    'StatusPageRequest.description',
    'StatusPageRequest.slug',
    'StatusPageRequest.title',
    'TokenRequest.clusters',
    'TokenRequest.egressOnly',
    'TokenRequest.expiresAt',
    'TokenRequest.name',
    'TokenRequest.namespaces',
    'TcpCheck.port',
    'TlsOptions.caPem',
    'TlsOptions.serverName',
    'VantageName',
  ],
  ...['header X-Prometheus-Scrape-Timeout-Seconds', 'header idempotency-key', 'header if-match'],
  ...['header last-event-id', 'header prefer', 'path cluster', 'path file', 'path id', 'path name'],
  ...[
    'path namespace',
    'path page',
    'query actor',
    'query address',
    'query check',
    'query cluster',
    'query cursor',
    'query from',
  ],
  ...['query hostname', 'query ignoreHeader', 'query label', 'query left', 'query method', 'query namespace'],
  ...['LoginForm.next', 'query next'],
  ...['query namespaces', 'query path', 'query port', 'query q', 'query resource', 'query right', 'query selector'],
  ...['query service', 'query step', 'query to', 'query window'],
]
