import { DNS } from './dns.ts'
import { OVER_HTTP } from './over-http.ts'
import { OVER_HTTP2 } from './over-http2.ts'
import { OVER_TLS } from './over-tls.ts'
import type { Target } from './target.ts'

/** All of them. */
export const TARGETS: readonly Target[] = [...OVER_HTTP, ...OVER_TLS, ...OVER_HTTP2, ...DNS]
