import { describe, expect, it } from 'vitest'
import { ownAnswerOf, showsProxyHeader, wantsTls } from './fingerprints.ts'

const answer = (status: number, body: string, server?: string) => ({
  status,
  bodySnippet: body,
  bodyBytes: body.length,
  headers: server === undefined ? {} : { server },
})
const page = (title: string, by: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${by}</center>\r\n</body>\r\n</html>\r\n`

describe('who gave an answer', () => {
  it.each([
    ['ingress-nginx without a route', answer(404, page('404 Not Found', 'nginx')), 'nginx', true],
    ['an older default backend', answer(404, 'default backend - 404'), 'the default backend of ingress-nginx', false],
    ['Traefik without a route', answer(404, '404 page not found\n'), 'Traefik', true],
    ['Traefik without servers', answer(503, 'no available server\n'), 'Traefik', false],
    ['Envoy without a route', answer(404, '', 'envoy'), 'Envoy', false],
    ['Envoy without endpoints', answer(503, 'no healthy upstream', 'envoy'), 'Envoy', false],
    [
      'Envoy, refused',
      answer(503, 'upstream connect error or disconnect/reset before headers. reset reason: connection failure'),
      'Envoy',
      false,
    ],
    [
      'HAProxy without servers',
      answer(
        503,
        '<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n',
      ),
      'HAProxy',
      false,
    ],
    [
      'Kong without a route',
      answer(404, '{\n  "message":"no Route matched with those values"\n}', 'kong/3.4.0'),
      'Kong',
      false,
    ],
    [
      'GCE without a route',
      answer(404, 'response 404 (backend NotFound), service rules for the path non-existent \n'),
      'a Google Cloud load balancer',
      false,
    ],
    [
      'ALB without a target',
      answer(503, page('503 Service Temporarily Unavailable', ''), 'awselb/2.0'),
      'an AWS Application Load Balancer',
      false,
    ],
    [
      'Azure, refused',
      answer(
        502,
        page('502 Bad Gateway', 'Microsoft-Azure-Application-Gateway/v2'),
        'Microsoft-Azure-Application-Gateway/v2',
      ),
      'an Azure Application Gateway',
      false,
    ],
  ])('%s', (_, given, by, isCommon) => {
    expect(ownAnswerOf(given)).toEqual({ by, isCommon })
  })

  it('is not told by a status alone, nor by an application of that name', () => {
    expect(ownAnswerOf(answer(404, '{"error":"not found"}', 'envoy'))).toBeNull()
    expect(ownAnswerOf(answer(404, 'no such toad', 'nginx/1.27'))).toBeNull()
    expect(ownAnswerOf(answer(200, 'default backend - 404'))).toBeNull()
  })
})

describe('a server that wants TLS', () => {
  it.each([
    ['nginx', page('400 The plain HTTP request was sent to HTTPS port', 'nginx')],
    ['Go', 'Client sent an HTTP request to an HTTPS server.\n'],
    ['Apache', "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"],
    ['Tomcat', 'Bad Request\r\nThis combination of host and port requires TLS.\r\n'],
  ])('says so: %s', (_, body) => {
    expect(wantsTls(answer(400, body))).toBe(true)
    expect(wantsTls(answer(200, body))).toBe(false)
  })

  it('is not one that misses a certificate of the client', () => {
    expect(wantsTls(answer(400, page('400 No required SSL certificate was sent', 'nginx')))).toBe(false)
  })
})

it('the header of the PROXY protocol is known where a server shows what it was sent', () => {
  expect(showsProxyHeader(answer(400, 'malformed request line: PROXY TCP4 10.0.0.1 10.0.0.2 5123 80'))).toBe(true)
  expect(showsProxyHeader(answer(400, 'PROXY is not supported'))).toBe(false)
})
