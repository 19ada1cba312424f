import { listOf } from '../annotations.ts'
import { doubted, noted } from '../because.ts'
import { type Asked, byTls, http, https, type IngressController, type Listener } from './controller.ts'

const PROTOCOLS = 'konghq.com/protocols'
const HTTPS_REDIRECT = 'konghq.com/https-redirect-status-code'

/** A route takes http and https unless it says which; a request by the other is answered 426, or redirected. */
function kongListeners(asked: Asked): readonly Listener[] {
  const { tls, value, told } = asked
  const written = value(PROTOCOLS) ?? value('configuration.konghq.com/protocols')
  if (written === null) {
    return byTls(asked)
  }
  const protocols = listOf(written.toLowerCase())
  const because = [told(PROTOCOLS), ...(tls === null ? [] : [tls])]
  if (protocols.some((each) => /^(grpcs?|tcp|tls|tls_passthrough|udp)$/.test(each))) {
    const unanswered = [doubted(told(PROTOCOLS), 'not answered over HTTP/1.1')]
    return [https({ because: unanswered }), http({ because: unanswered })]
  }
  const plainToo = protocols.includes('http')
  const secure = protocols.includes('https')
  if (!secure) {
    const only = doubted(told(PROTOCOLS), 'the route takes plain HTTP alone')
    return [...(tls === null ? [] : [https({ because: [only] })]), http({ because: [told(PROTOCOLS)] })]
  }
  if (!plainToo) {
    const redirected = value(HTTPS_REDIRECT)
    const sent = redirected !== null && redirected !== '426'
    return [
      https({ because }),
      ...(sent ? [http({ because: [noted(told(HTTPS_REDIRECT), 'plain HTTP is redirected')] })] : []),
    ]
  }
  // A route for both answers HTTPS with some certificate; spec.tls alone promises which one.
  if (tls === null) {
    return [
      http({ because: [told(PROTOCOLS)] }),
      https({ because: [doubted(told(PROTOCOLS), 'no spec.tls gives HTTPS a certificate for the host')] }),
    ]
  }
  return byTls(asked)
}

/** https://developer.konghq.com/kubernetes-ingress-controller/reference/annotations/ */
export const kong: IngressController = {
  name: 'Kong',
  sources: ['https://developer.konghq.com/kubernetes-ingress-controller/reference/annotations/'],
  controllers: ['ingress-controllers.konghq.com/kong', 'konghq.com/'],
  classes: ['kong'],
  owns: ['konghq.com/', 'configuration.konghq.com/'],
  fronts: [{ 'app.kubernetes.io/name': 'kong' }, { 'app.kubernetes.io/name': 'gateway' }, { app: 'ingress-kong' }],
  sharesTls: true,
  reads: [
    { annotation: PROTOCOLS, means: 'what the route takes: http, https or both; others are unknown' },
    { annotation: HTTPS_REDIRECT, means: 'how plain HTTP is answered where it is not taken: 426, or a redirect' },
    { annotation: 'konghq.com/regex-prefix', means: 'what a regular expression begins with, /~ otherwise' },
  ],
  listeners: kongListeners,
  syntax: ({ value }, path, pathType) =>
    pathType === 'ImplementationSpecific' && path.startsWith(value('konghq.com/regex-prefix') ?? '/~') ? 'regex' : null,
}
