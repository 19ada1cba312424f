/**
 * The steps of a conversation over TCP, which travel as data, made into what whoever holds the connection asks. Regular
 * expressions are compiled here, where they are run, and what they cost is counted (ADR 0020). Pure.
 *
 * @module
 */
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { atOnce, createMeter, TooCostlyError } from './meter.ts'
import type { TcpExpect, TcpSend, TcpStep } from './network.ts'
import { compileRegexp } from './regexp.ts'

/** One turn of a conversation that is under way. */
export type Turn = Pick<TcpStep, 'startTls'> & {
  /**
   * Told all that was received and not used up; asked again whenever more has come, so it keeps what it has seen.
   * Answers how many characters are used up by what was expected; `null`: it has not come yet; a failure: it will not be
   * found out.
   */
  expect: ((received: string) => number | Failure | null) | null
  /** Asked when it is to be sent, as it may hold what `expect` has seen. */
  send: (() => Uint8Array) | null
}

/** Begins a conversation: each turn belongs to it alone. */
export const beginConversation = (steps: readonly TcpStep[]): Turn[] =>
  steps.map(({ expect, send, startTls }) => {
    const awaited = expect === null ? null : awaiting(expect)
    return {
      expect: awaited?.match ?? null,
      send: send === null ? null : () => bytesOf(send, awaited?.expand ?? asItIs),
      startTls,
    }
  })

type Awaited = {
  match: NonNullable<Turn['expect']>
  /** Puts what was matched into a line that is sent. */
  expand(template: string): string
}

const asItIs = (text: string): string => text

const ANSWERS: Readonly<Record<Extract<TcpExpect, { answer: unknown }>['answer'], Awaited['match']>> = {
  // An HTTP answer proves nothing if it complains about the request
  proxied(received) {
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(received) ?? []
    if (status === undefined) {
      return null
    }
    if (status !== '400') {
      return received.length
    }
    return failure('unexpected_status', 'expectation', 'status 400 after a header of the PROXY protocol')
  },
}

const awaiting = (expect: TcpExpect): Awaited =>
  'regexp' in expect ? lineMatcher(expect.regexp) : { match: ANSWERS[expect.answer], expand: asItIs }

function bytesOf(send: TcpSend, expand: Awaited['expand']): Uint8Array {
  return new TextEncoder().encode('line' in send ? lineOf(expand(send.line)) : send.text)
}

/** Lines are sent with their end added, as blackbox_exporter does; a line that already has an end is sent as it is. */
const lineOf = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)

/** A line that is still growing is tried up to here: every byte of it may come alone. */
const PARTIAL_LINE_MAX = 4096
/** Steps of one expectation over whole lines, and as many over lines that grow: 30 ms, as sockets wait meanwhile. */
const STEPS_MAX = 1_000_000

/**
 * Matches line by line, as blackbox_exporter does, so that `^` and `$` mean a line. Each whole line is tried once. In a
 * template `$1`, `${1}` and `${name}` stand for groups, `$$` for `$` (Go's Regexp.Expand).
 */
function lineMatcher(pattern: string): Awaited {
  const regexp = compileRegexp(pattern)
  const lines = createMeter(STEPS_MAX)
  const growing = createMeter(STEPS_MAX)
  let tried = 0
  let matched = ''
  /** Once that is too costly, lines are awaited whole. */
  let triesGrowing = true
  const whole = (received: string): number | null => {
    for (let end = received.indexOf('\n', tried); end >= 0; end = received.indexOf('\n', tried)) {
      const line = received.slice(tried, end).replace(/\r$/, '')
      tried = end + 1
      if (atOnce(regexp.test(line, lines))) {
        matched = line
        return tried
      }
    }
    return null
  }
  const partial = (received: string): number | null => {
    const line = received.slice(tried)
    if (line === '' || line.length > PARTIAL_LINE_MAX || !atOnce(regexp.test(line, growing))) {
      return null
    }
    matched = line
    return received.length
  }
  return {
    match(received) {
      const used = unlessTooCostly(() => whole(received))
      if (used === undefined) {
        return failure('expectation_too_costly', 'expectation')
      }
      if (used !== null || !triesGrowing) {
        return used
      }
      const grown = unlessTooCostly(() => partial(received))
      triesGrowing = grown !== undefined
      return grown ?? null
    },
    expand: (template) =>
      template.replaceAll(/\$(?:(\$)|\{(\w+)\}|(\w+))/g, (_whole, dollar, braced, bare) =>
        dollar
          ? '$'
          : (unlessTooCostly(() => atOnce(regexp.group(matched, braced ?? bare, createMeter(STEPS_MAX)))) ?? ''),
      ),
  }
}

/** Does the work; `undefined` if it costs too much. */
function unlessTooCostly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof TooCostlyError) {
      return undefined
    }
    throw error
  }
}
