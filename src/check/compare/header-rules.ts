/**
 * Headers of answers that differ without a difference that matters, as data: `docs/guides/compare.md` shows this table.
 * Pure.
 *
 * @module
 */

export type HeaderRule = {
  /** Lower case; a `*` at the end stands for any. */
  names: readonly string[]
  why: string
}

export const IGNORED_HEADERS: readonly HeaderRule[] = [
  { names: ['date', 'age'], why: 'the moment of the answer' },
  {
    names: [
      ...['x-request-id', 'request-id', 'x-correlation-id', 'x-trace-id', 'trace-id', 'traceparent', 'tracestate'],
      ...['x-b3-*', 'b3', 'uber-trace-id', 'x-amzn-trace-id', 'x-amzn-requestid', 'x-amz-request-id', 'x-amz-id-2'],
      ...[
        'x-cloud-trace-context',
        'x-datadog-*',
        'cf-ray',
        'x-ms-request-id',
        'x-github-request-id',
        'x-kong-request-id',
      ],
    ],
    why: 'names one request',
  },
  {
    names: [
      ...['server-timing', 'x-response-time', 'x-runtime', 'x-envoy-upstream-service-time', 'x-upstream-response-time'],
      ...['x-kong-upstream-latency', 'x-kong-proxy-latency', 'x-kong-response-latency'],
    ],
    why: 'a time that was taken; latency is shown beside, and never decides',
  },
  {
    names: [
      'connection',
      'keep-alive',
      'proxy-connection',
      'te',
      'trailer',
      'transfer-encoding',
      'upgrade',
      'content-length',
    ],
    why: 'says how the answer travels, and not what it says; bodies are compared by themselves',
  },
  {
    names: ['server', 'via', 'alt-svc', 'x-envoy-*', 'x-kong-*', 'x-proxy-cache'],
    why: 'a router names itself',
  },
]

/** Headers that are compared, and of which something does not count. */
export const READ_HEADERS: readonly (HeaderRule & { read(value: string): string })[] = [
  {
    names: ['set-cookie'],
    why: 'values of cookies, and how long they last: names and other attributes are compared, a cookie each',
    // Cookies are compared by their sketch: their values are never kept.
    read: () => '',
  },
  {
    names: ['content-security-policy', 'content-security-policy-report-only'],
    why: 'values of nonces',
    read: (value) => value.replace(/'nonce-[^']*'/g, "'nonce-⟨token⟩'"),
  },
  {
    names: [
      'vary',
      'cache-control',
      'allow',
      'access-control-allow-methods',
      'access-control-allow-headers',
      'access-control-expose-headers',
    ],
    why: 'the order and the case of what they list',
    read: (value) => listed(value, ','),
  },
  { names: ['content-type'], why: 'case, and blanks between its parameters', read: (value) => listed(value, ';') },
  {
    names: ['expires'],
    why: 'the moment itself: what is in the past is told from what is not',
    read: (value) => (Date.parse(value) > YEAR_2001_MS ? '⟨time⟩' : 'past'),
  },
]

/** Servers that mean "never" write a moment long ago. */
const YEAR_2001_MS = 1_000_000_000_000

function listed(value: string, separator: string): string {
  const [first = '', ...rest] = value.split(separator).map((part) => part.trim().toLowerCase())
  return (separator === ';' ? [first, ...rest.toSorted()] : [first, ...rest].toSorted()).join(`${separator} `)
}

const matches = (name: string, pattern: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern

/** Tells whether one of the patterns stands for the header (lower-case name). */
export const isAmongHeaders = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => matches(name, pattern))

const IGNORED = IGNORED_HEADERS.flatMap(({ names }) => names)

/** Headers that are never compared by their values. */
export const isIgnoredHeader = (name: string): boolean => isAmongHeaders(name, IGNORED) || name === 'set-cookie'

/** The part of a value that is compared. */
export const readHeader = (name: string, value: string): string =>
  READ_HEADERS.find(({ names }) => names.includes(name))?.read(value) ?? value
