import { apart } from '../cases.ts'
import { suiteSeconds } from '../junit.ts'
import { visible } from '../visible.ts'
import { element, empty, open } from '../xml.ts'
import { answerName, type CompareDocument, type ComparedRequestDocument, requestName, sideName } from './document.ts'
import { DIFFERENCES } from './meanings.ts'

/**
 * JUnit XML: a suite, and a case for each request. What differs is a `<failure>`, a fault of ours or what one side
 * could not be asked an `<error>`, so that the suite is green only when the verdict is a pass.
 */
export function renderCompareJunit(document: CompareDocument): string {
  const { requests, problem, verdict, status } = document
  const name = visible(`${sideName(document.left)} and ${sideName(document.right)}`)
  const classname = classOf(document)
  const names = apart(requests.map((request) => ({ name: caseNameOf(request), id: null })))
  const cases = requests.map((request, at) => testCase(classname, names[at] ?? '', request))
  const own = problem !== null || verdict === null ? [verdictCase(classname, document)] : []
  const count = (...outcomes: ComparedRequestDocument['outcome'][]): number =>
    requests.filter(({ outcome }) => outcomes.includes(outcome)).length
  const counts = {
    tests: cases.length + own.length,
    failures: count('different'),
    errors: count('error', 'unasked') + own.length,
  }
  const time = suiteSeconds(document.durationMs)
  const properties = {
    comparison: document.id,
    verdict: verdict ?? status,
    left: sideName(document.left),
    right: sideName(document.right),
    namespace: document.target.namespace,
    cluster: document.target.cluster,
    vantage: document.vantage,
  }
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('testsuites', { name: 'portolan', ...counts, time }),
    open('testsuite', {
      name,
      ...counts,
      skipped: count(null),
      time,
      timestamp: (document.startedAt ?? document.createdAt).slice(0, 19),
    }),
    '<properties>',
    ...Object.entries(properties).map(([key, value]) => empty('property', { name: key, value: visible(value) })),
    '</properties>',
    ...own,
    ...cases,
    '</testsuite>',
    '</testsuites>',
  ].join('\n')}\n`
}

/** `portolan.compare.shop.Ingress-toad and Gateway-edge`; a job that is a side is another one each time. */
function classOf({ target, left, right }: CompareDocument): string {
  const sides = [left, right].map((side) => ('job' in side ? 'job' : sideName(side).replace('/', '-')))
  return visible(['portolan', 'compare', target.namespace, sides.join(' and ')].join('.'))
}

/** Requests of one method and address are told apart by the headers that a rule asks for. */
export function caseNameOf(request: ComparedRequestDocument): string {
  const headers = Object.entries(request.headers).map(([header, value]) => `${header}: ${value}`)
  return visible([requestName(request), ...headers].join(', '))
}

function testCase(classname: string, name: string, request: ComparedRequestDocument): string {
  const { outcome, differences, reason, left, right, notCounted } = request
  const lines = [
    ...differences.flatMap(({ kind, field, left: own, right: other, means, next }) => [
      `${DIFFERENCES[kind].title}: ${field}`,
      `  left: ${own ?? '(absent)'}`,
      `  right: ${other ?? '(absent)'}`,
      `  means: ${means}`,
      `  next: ${next}`,
    ]),
    ...notCounted.map(({ field, why }) => `not counted: ${field}: ${why}`),
    ...(
      [
        ['left', left],
        ['right', right],
      ] as const
    ).flatMap(([side, each]) => (each.curl === null ? [] : [`${side}: ${each.curl}`])),
  ]
  const text = lines.map(visible).join('\n')
  const [first] = differences
  const message = visible(
    first === undefined
      ? (reason ?? '')
      : `${first.field}: ${first.left ?? '(absent)'} and ${first.right ?? '(absent)'}`,
  )
  const bodies = {
    alike: () => element('system-out', {}, [`both: ${visible(answerName(left))}`, text].join('\n')),
    different: () => element('failure', { type: first?.kind ?? 'difference', message }, text),
    error: () => element('error', { type: 'error', message }, text),
    unasked: () => element('error', { type: 'unasked', message }, text),
  }
  const body = outcome === null ? element('skipped', { message: 'not finished' }, text) : bodies[outcome]()
  const time = ((left.totalMs ?? 0) / 1000).toFixed(6)
  return `${open('testcase', { classname, name, time })}${body}</testcase>`
}

function verdictCase(classname: string, { problem, status }: CompareDocument): string {
  const message = visible(problem === null ? `not finished: ${status}` : problem.detail)
  const body = element('error', { type: problem?.code ?? status, message }, message)
  return `${open('testcase', { classname, name: 'verdict', time: '0.000000' })}${body}</testcase>`
}
