import Negotiator from 'negotiator'
import { describe, expect, it } from 'vitest'
import { JobRequestSchema } from '../src/api/job-request.ts'
import { readLabels } from '../src/api/params.ts'
import { waitOf } from '../src/api/prefer.ts'
import { faultsOf } from '../src/check/validate-check.ts'
import { createRedactor } from '../src/job/redact.ts'
import { parseManifests } from '../src/kube/parse.ts'
import { addressOfServer, isHost } from '../src/lib/address.ts'
import { ProblemError } from '../src/lib/problem.ts'
import { serviceVariables } from '../src/plan/environment.ts'
import { code, prose } from '../src/report/markdown.ts'
import { visible } from '../src/report/visible.ts'
import { readTiming } from '../src/schedule/cron.ts'
import { httpCheck } from './support/checks.ts'

function unlessRefused(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error
    }
  }
}

const ctx = (prefer: string) =>
  ({ req: { header: () => prefer }, get: () => ({ settings: { waitLimit: 300 } }) }) as unknown as Parameters<
    typeof waitOf
  >[0]
const http = httpCheck
const manifests = (text: string) => parseManifests(text, { pointer: '' })

/** So much of a text, again and again. */
const filled = (text: string, size: number): string => text.repeat(Math.ceil(size / text.length)).slice(0, size)

const CASES: readonly (readonly [name: string, size: number, read: (size: number) => void])[] = [
  [
    'cron long field',
    2000,
    (n) =>
      unlessRefused(() => readTiming({ cron: `${filled('1,', n)}1 * * * *`, timeZone: 'UTC', anchorAtMs: 0 }).after(0)),
  ],
  [
    'cron ranges',
    2000,
    (n) =>
      unlessRefused(() =>
        readTiming({ cron: `${filled('0-59/1,', n)}1 * * * *`, timeZone: 'UTC', anchorAtMs: 0 }).after(0),
      ),
  ],
  [
    'cron every',
    2000,
    (n) => unlessRefused(() => readTiming({ cron: `@every ${filled('1h', n)}`, timeZone: 'UTC', anchorAtMs: 0 })),
  ],
  [
    'cron spaces',
    2000,
    (n) => unlessRefused(() => readTiming({ cron: `${filled(' ', n)}x`, timeZone: 'UTC', anchorAtMs: 0 })),
  ],
  [
    'cron L#W',
    2000,
    (n) =>
      unlessRefused(() =>
        readTiming({
          cron: `0 0 ${filled('L,15W,', n)}1 * ${filled('5#3,', n)}1`,
          timeZone: 'UTC',
          anchorAtMs: 0,
        }).after(0),
      ),
  ],
  [
    'zone',
    2000,
    (n) => unlessRefused(() => readTiming({ cron: '* * * * *', timeZone: filled('Europe/', n), anchorAtMs: 0 })),
  ],
  ['env lines', 30000, (n) => unlessRefused(() => serviceVariables(filled('A_SERVICE_HOST=1\n', n)))],
  ['env one line', 30000, (n) => unlessRefused(() => serviceVariables(filled('A_SERVICE_PORT_', n)))],
  ['env underscores', 30000, (n) => unlessRefused(() => serviceVariables(`${filled('_', n)}_PORT=x`))],
  ['env blanks', 30000, (n) => unlessRefused(() => serviceVariables(`${filled(' ', n)}x`))],
  ['env PORT_1_TCP', 30000, (n) => unlessRefused(() => serviceVariables(`${filled('_PORT_1_TCP', n)}!`))],
  ['labels', 300, (n) => unlessRefused(() => readLabels([filled('=', n)]))],
  ['prefer', 8000, (n) => unlessRefused(() => waitOf(ctx(filled('wait , ', n)), undefined))],
  ['prefer blanks', 8000, (n) => unlessRefused(() => waitOf(ctx(`wait${filled(' ', n)}x`), undefined))],
  [
    'accept',
    8000,
    (n) =>
      unlessRefused(() =>
        new Negotiator({ headers: { accept: filled('a/b;q=0.1,', n) } }).mediaTypes(['text/plain', 'application/json']),
      ),
  ],
  [
    'accept params',
    8000,
    (n) =>
      unlessRefused(() =>
        new Negotiator({ headers: { accept: `a/b${filled(';a="b', n)}` } }).mediaTypes(['text/plain']),
      ),
  ],
  [
    'accept blanks',
    8000,
    (n) =>
      unlessRefused(() => new Negotiator({ headers: { accept: `a/b${filled(' ', n)}x` } }).mediaTypes(['text/plain'])),
  ],
  [
    'accept slashes',
    8000,
    (n) =>
      unlessRefused(() => new Negotiator({ headers: { accept: `${filled('/', n)}x;` } }).mediaTypes(['text/plain'])),
  ],
  [
    'pem',
    16000,
    (n) =>
      unlessRefused(() =>
        faultsOf(
          http({
            tls: {
              serverName: null,
              insecureSkipVerify: false,
              minDaysToExpiry: null,
              caPem: filled('-----BEGIN CERTIFICATE-----AAAA', n),
            },
          }),
        ),
      ),
  ],
  [
    'pem blanks',
    16000,
    (n) =>
      unlessRefused(() =>
        faultsOf(
          http({
            tls: {
              serverName: null,
              insecureSkipVerify: false,
              minDaysToExpiry: null,
              caPem: `-----BEGIN CERTIFICATE-----${filled(' ', n)}`,
            },
          }),
        ),
      ),
  ],
  ['host', 250, (n) => unlessRefused(() => faultsOf(http({ host: `${filled('a.', n)}!` })))],
  ['isHost', 250, (n) => unlessRefused(() => isHost(`${filled('a-', n)}!`))],
  ['isHost v6', 250, (n) => unlessRefused(() => isHost(filled('1:', n)))],
  ['server', 250, (n) => unlessRefused(() => addressOfServer(`[${filled('1:', n)}`))],
  ['yaml alias', 4000, (n) => unlessRefused(() => manifests(`a: &a [1]\n${filled('b: [*a,*a]\n', n)}`))],
  ['yaml nest', 4000, (n) => unlessRefused(() => manifests(filled('[', n)))],
  ['yaml nest {', 4000, (n) => unlessRefused(() => manifests(filled('{a: ', n)))],
  ['yaml ?', 4000, (n) => unlessRefused(() => manifests(filled('? ', n)))],
  ['yaml - -', 4000, (n) => unlessRefused(() => manifests(filled('- ', n)))],
  [
    'yaml anchors',
    20000,
    (n) => unlessRefused(() => manifests(Array.from({ length: n / 10 }, (_, i) => `a${i}: &a${i} x`).join('\n'))),
  ],
  [
    'yaml laughs',
    24,
    (n) =>
      unlessRefused(() =>
        manifests(
          `a0: &a0 [x,x]\n${Array.from({ length: n }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i}]`).join('\n')}`,
        ),
      ),
  ],
  [
    'yaml merge',
    20,
    (n) =>
      unlessRefused(() =>
        manifests(
          'a0: &a0 {x: 1}\n' +
            Array.from({ length: n }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i},*a${i}], k${i}: *a${i}}`).join(
              '\n',
            ),
        ),
      ),
  ],
  ['yaml quoted', 20000, (n) => unlessRefused(() => manifests(`a: "${filled('\\\n ', n)}`))],
  ['yaml block', 20000, (n) => unlessRefused(() => manifests(`a: |\n${filled('\n ', n)}`))],
  ['yaml plain multi', 20000, (n) => unlessRefused(() => manifests(`a: ${filled('b\n  ', n)}`))],
  ['yaml tabs', 20000, (n) => unlessRefused(() => manifests(`a:${filled('\t', n)}b: c`))],
  ['yaml docs', 20000, (n) => unlessRefused(() => manifests(filled('---\n', n)))],
  ['yaml float', 20000, (n) => unlessRefused(() => manifests(`a: ${filled('1_', n)}x`))],
  ['yaml time', 20000, (n) => unlessRefused(() => manifests(`a: 2001-01-01${filled(' ', n)}x`))],
  ['yaml comment', 20000, (n) => unlessRefused(() => manifests(filled('#', n)))],
  ['yaml spaces', 20000, (n) => unlessRefused(() => manifests(`${filled(' ', n)}a`))],
  ['text //', 20000, (n) => unlessRefused(() => manifests(filled('a: 1 // b\n', n)))],
  ['text prompt', 20000, (n) => unlessRefused(() => manifests(filled('$ kubectl get\n', n)))],
  ['text table', 20000, (n) => unlessRefused(() => manifests(filled('NAME   READY  ', n)))],
  ['text describe', 20000, (n) => unlessRefused(() => manifests(filled('Name:      ', n)))],
  [
    'json keys',
    20000,
    (n) =>
      unlessRefused(() =>
        manifests(
          JSON.stringify({
            kind: 'Service',
            ...Object.fromEntries(Array.from({ length: n / 10 }, (_, i) => [`key${i}`, 1])),
          }),
        ),
      ),
  ],
  [
    'request keys',
    4000,
    (n) =>
      unlessRefused(() =>
        JobRequestSchema.safeParse({
          target: {},
          ...Object.fromEntries(Array.from({ length: n / 10 }, (_, i) => [`key${i}`, 1])),
        }),
      ),
  ],
  [
    'visible',
    20000,
    (n) => {
      visible(filled('::error ', n))
    },
  ],
  [
    'visible #',
    20000,
    (n) => {
      visible(filled('#', n))
    },
  ],
  [
    'visible ##  ',
    20000,
    (n) => {
      visible(`##${filled(' ', n)}`)
    },
  ],
  [
    'visible ## ##',
    20000,
    (n) => {
      visible(filled('## ', n))
    },
  ],
  [
    'visible name',
    20000,
    (n) => {
      visible(`::${filled('a', n)}`)
    },
  ],
  [
    'visible ::a ::a',
    20000,
    (n) => {
      visible(filled(' ::a-', n))
    },
  ],
  [
    'prose',
    20000,
    (n) => {
      prose(filled('www. ', n))
    },
  ],
  [
    'code',
    20000,
    (n) => {
      code(filled('`', n))
    },
  ],
  [
    'redact',
    20000,
    (n) => {
      createRedactor(['abcdefgh', 'a'.repeat(5000)]).clean(filled('a', n))
    },
  ],
  [
    'redact %',
    20000,
    (n) => {
      createRedactor(['abcdefgh']).clean(filled('%25', n))
    },
  ],
  [
    'redact nested',
    20000,
    (n) => {
      createRedactor(['abcdefgh']).clean(`%${filled('25', n)}`)
    },
  ],
]
/** The best of several: what else this machine does only makes it slower. */
function leastMs(work: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < 4; run++) {
    const startedAt = performance.now()
    work()
    least = Math.min(least, performance.now() - startedAt)
  }
  return least
}

/** Little enough that nobody waits for it, and noise. */
const NOTHING_MS = 60

// D1 of trials/security.md: whatever a caller can write. What is counted is tested by its count (src/check/*.test.ts)
describe('the time to read what a caller has written', () => {
  it.each(CASES)('grows with its size alone: %s', (_name, size, read) => {
    read(Math.min(size, 10))
    const one = leastMs(() => read(size))
    const four = leastMs(() => read(4 * size))
    // A square would be sixteen times as much
    expect(four).toBeLessThan(9 * one + NOTHING_MS)
  })
})
