import { describe, expect, it } from 'vitest'
import { tcpCheck } from '../../test/support/checks.ts'
import { beginConversation } from './conversation.ts'
import { failure } from './failure.ts'
import { NO_TIMINGS, type TcpExchange } from './network.ts'
import { judgeTcp, tcpSteps } from './tcp.ts'

const step = (send: string | null, expected: string | null) => {
  const steps = tcpSteps(tcpCheck({ queryResponse: [{ send, expect: expected, startTls: false }] }), null)
  const [made] = beginConversation(steps)
  if (!made) {
    throw new Error('one step')
  }
  return { match: made.expect, sent: () => new TextDecoder().decode(made.send?.()) }
}

describe('tcpSteps', () => {
  it('takes a line for what is expected, wherever packets break, and says what was used up', () => {
    const { match } = step(null, '^two$')
    expect(match?.('one\r\n')).toBeNull()
    expect(match?.('one\r\ntw')).toBeNull()
    expect(match?.('one\r\ntwo\r\nthree\r\n')).toBe(10)
  })

  it('takes a prompt without end of line', () => {
    expect(step(null, 'login: $').match?.('Debian\r\nlogin: ')).toBe(15)
  })

  it('does not try a line that grows without end', () => {
    const { match } = step(null, 'x$')
    expect(match?.('x'.repeat(5000))).toBeNull()
    expect(match?.(`${'x'.repeat(5000)}\n`)).toBe(5001)
  })

  it('finds out about no more than a moment of work allows, and lines that grow cost whole ones nothing', () => {
    const hostile = '(a|b)*a(a|b){100}[cd]$'
    expect(step(null, hostile).match?.(`${'ab'.repeat(30_000)}\n`)).toEqual(
      failure('expectation_too_costly', 'expectation'),
    )
    const { match } = step(null, hostile)
    let received = ''
    for (let byte = 0; byte < 3000; byte++) {
      received += 'ab'[byte % 2]
      expect(match?.(received)).toBeNull()
    }
    expect(match?.(`${received}\n`)).toBeNull()
    expect(match?.(`${received}\n${'a'.repeat(120)}c\n`)).toBe(3000 + 1 + 122)
  })

  it('sends lines, with what was expected put in', () => {
    expect([step('PING', null).sent(), step('PING\r\n', null).sent()]).toEqual(['PING\n', 'PING\r\n'])
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template is Go's
    const { match, sent } = step('PONG ${1} $who $$1 ${none}$9', '^PING :(\\d+) (?P<who>\\w+)')
    match?.('hello\nPING :42 toad\n')
    expect(sent()).toBe('PONG 42 toad $1 \n')
    expect(step('costs $1', null).sent()).toBe('costs $1\n')
  })
})

describe('judgeTcp', () => {
  const exchange = (over: Partial<TcpExchange>): TcpExchange => ({
    timings: { ...NO_TIMINGS, totalMs: 10 },
    resolvedAddress: null,
    localAddress: null,
    tls: null,
    failure: null,
    failedStep: null,
    received: '',
    ...over,
  })
  const timeout = failure('response_timeout', 'response')

  it('says that something else came, where something came', () => {
    const judged = judgeTcp(tcpCheck(), exchange({ failure: timeout, failedStep: 2, received: 'SECRET' }), 0)
    expect(judged).toMatchObject({ code: 'unexpected_data', phase: 'expectation' })
    expect(judged?.message).toBe('queryResponse[2].expect: 6 characters came, none match')
    expect(judgeTcp(tcpCheck(), exchange({ failure: timeout, failedStep: 2 }), 0)).toBe(timeout)
  })

  it('does not blame what came for an end that is ours', () => {
    const cut = failure('deadline_exceeded', 'response')
    expect(judgeTcp(tcpCheck(), exchange({ failure: cut, failedStep: 0, received: 'x' }), 0)).toBe(cut)
  })

  it('judges the time that it took', () => {
    expect(judgeTcp(tcpCheck({ maxDurationMs: 9 }), exchange({}), 0)?.code).toBe('too_slow')
    expect(judgeTcp(tcpCheck({ maxDurationMs: 10 }), exchange({}), 0)).toBeNull()
  })
})
