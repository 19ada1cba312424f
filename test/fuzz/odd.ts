/** Requests that are HTTP, and odd: methods, paths, headers and encodings that nobody means. */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Asked } from './asked.ts'

type Oddly = (asked: Asked) => Asked

const withHeaders =
  (...headers: [string, string][]): Oddly =>
  (asked) => ({ ...asked, headers: [...asked.headers, ...headers] })

const encoded =
  (encoding: string, encode: (body: string | Uint8Array) => string | Uint8Array): Oddly =>
  (asked) =>
    asked.body === null
      ? asked
      : { ...asked, body: encode(asked.body), headers: [...asked.headers, ['content-encoding', encoding]] }

const HEADERS: readonly Oddly[] = [
  (asked) => asked,
  withHeaders(['host', 'evil.example']),
  withHeaders(['host', '']),
  withHeaders(['origin', 'https://evil.example']),
  withHeaders(['origin', 'null']),
  withHeaders(['sec-fetch-site', 'cross-site']),
  withHeaders(['x-request-id', 'a'.repeat(300)]),
  withHeaders(['x-request-id', '<script>"\\']),
  withHeaders(['x-forwarded-for', '10.0.0.1, 127.0.0.1'], ['forwarded', 'for="[::1]"'], ['x-real-ip', '::1']),
  withHeaders(['cf-connecting-ip', '203.0.113.9']),
  withHeaders(['x-http-method-override', 'DELETE']),
  withHeaders(['cookie', `a=${'b'.repeat(8000)}`]),
  withHeaders(['cookie', '__Host-portolan=x; portolan-80=x; =; ;;']),
  withHeaders(['accept', 'a/b,'.repeat(1500)]),
  withHeaders(['accept-encoding', 'gzip;q=0, br, *;q=9']),
  withHeaders(['if-none-match', '"a", W/"b", *']),
  withHeaders(['if-match', '*'], ['if-match', '"x"']),
  withHeaders(['range', 'bytes=0-,-1,5-2']),
  withHeaders(['prefer', 'wait=1'], ['prefer', 'wait=0, respond-async']),
  withHeaders(['prefer', 'wait=99999999999999999999']),
  withHeaders(['idempotency-key', '"toad"'], ['idempotency-key', 'frog']),
  withHeaders(['idempotency-key', 'ä€'.repeat(30).replaceAll('€', '\xa4')]),
  withHeaders(['last-event-id', '-1']),
  withHeaders(['authorization', 'Bearer x'], ['authorization', 'Basic Og==']),
  withHeaders(['authorization', 'Basic \xff\xfe']),
  withHeaders(['authorization', 'Bearer '.padEnd(4000, 'a')]),
  withHeaders(['x-big', 'b'.repeat(17_000)]),
  withHeaders(...Array.from({ length: 150 }, (_, at): [string, string] => [`x-${at}`, 'y'])),
  withHeaders(['content-type', 'application/json'], ['content-type', 'application/yaml']),
  encoded('gzip', (body) => gzipSync(body)),
  encoded('br', (body) => brotliCompressSync(body)),
  encoded('gzip', (body) => body),
  encoded('identity', (body) => body),
  encoded('zstd, toad', (body) => body),
]

export const oddHeaders: fc.Arbitrary<Oddly> = fc.constantFrom(...HEADERS)

const METHODS = ['HEAD', 'PUT', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'DELETE', 'PATCH', 'POST', 'GET', 'LOCK']

const onTarget =
  (change: (target: string) => string): Oddly =>
  (asked) => ({ ...asked, target: change(asked.target) })

const TARGETS: readonly Oddly[] = [
  (asked) => asked,
  (asked) => asked,
  onTarget((target) => target.replace(/(\?|$)/, '/$1')),
  onTarget((target) => `/${target}`),
  onTarget((target) => target.toUpperCase()),
  onTarget((target) => target.replace('/v1/', '/v1/./')),
  onTarget((target) => target.replace('/v1/', '/v1/%2e%2e/v1/')),
  onTarget((target) => target.replace('/v1/', '/v1%2f')),
  onTarget((target) => target.replace('/v1/', '/v2/')),
  onTarget((target) => `${target}%00`),
  onTarget((target) => `${target}%ff%c0%80`),
  onTarget((target) => `${target}%`),
  onTarget((target) => `${target}%zz`),
  onTarget((target) => `${target};jsessionid=1`),
  onTarget((target) => `${target}${target.includes('?') ? '&' : '?'}${'limit=1&'.repeat(20)}`),
  onTarget((target) => `${target}${target.includes('?') ? '&' : '?'}__proto__=1&constructor[a]=2&=&&a`),
  onTarget((target) => `${target}${target.includes('?') ? '&' : '?'}limit=%F0%9F%90%B8&cursor=%E0%A4%A`),
  onTarget((target) => `${target}?${'a'.repeat(15_000)}`),
  onTarget((target) => `${target}?${'a'.repeat(30_000)}`),
  onTarget(() => '/../../../../etc/passwd'),
  onTarget(() => '/icon-of-nothing.ico'),
  onTarget(() => '/.well-known/security.txt'),
  ...METHODS.map(
    (method): Oddly =>
      (asked) => ({ ...asked, method }),
  ),
]

export const oddTargets: fc.Arbitrary<Oddly> = fc.constantFrom(...TARGETS)
