import { apart } from './cases.ts'
import { suiteSeconds } from './junit.ts'
import type { ViewRow, WindowView } from './window-view.ts'
import { element, empty, open } from './xml.ts'

/**
 * A report over a window as JUnit XML: one suite, one case for each row. It is green exactly when the verdict is a
 * pass: a path below the objective in a Service that meets it is skipped and says so, and a verdict that no row
 * explains (nothing tested, our own fault) is a case of its own.
 */
export function renderWindowJunit(view: WindowView): string {
  const names = apart(view.rows.map(({ caseName, id }) => ({ name: caseName, id })))
  const explained = view.verdict === 'pass' || view.rows.some(({ verdict }) => verdict === view.verdict)
  const cases = [
    ...(explained && view.verdict !== 'inconclusive' ? [] : [ownCase(view)]),
    ...view.rows.map((row, at) => caseOf(view, row, names[at] ?? row.caseName)),
  ]
  const count = (kind: Case['kind']): number => cases.filter((one) => one.kind === kind).length
  const counts = {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    time: suiteSeconds(null),
  }
  const timestamp = view.timestamp.slice(0, 19)
  const about = view.sections.flatMap(({ title, lines }) => [title, ...lines.map((line) => `  ${line}`)])
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('testsuites', { name: 'portolan', ...counts }),
    open('testsuite', { name: view.suite, ...counts, skipped: count('skipped'), timestamp }),
    '<properties>',
    ...Object.entries({ verdict: view.verdict, ...view.facts, window: view.about }).map(([name, value]) =>
      empty('property', { name, value }),
    ),
    '</properties>',
    ...cases.map(({ xml }) => xml),
    element('system-out', {}, [view.summary, ...about].join('\n')),
    '</testsuite>',
    '</testsuites>',
  ].join('\n')}\n`
}

type Case = { kind: 'pass' | 'failure' | 'error' | 'skipped'; xml: string }

function ownCase(view: WindowView): Case {
  const message = view.verdict === 'inconclusive' ? 'nothing was tested' : view.summary
  return testCase(view, 'verdict', null, 'error', view.verdict, message, view.summary)
}

function caseOf(view: WindowView, { verdict, p50Ms, cells, notes }: ViewRow, name: string): Case {
  const figures = view.columns.map(({ title }, at) => `${title}: ${cells[at] ?? ''}`)
  const text = [...notes, ...figures].join('\n')
  const first = notes[0] ?? verdict
  if (verdict === 'pass') {
    return testCase(view, name, p50Ms, 'pass', '', '', text)
  }
  if (verdict === 'inconclusive') {
    return testCase(view, name, p50Ms, 'skipped', '', 'nothing was tested', text)
  }
  if (view.verdict === 'pass') {
    const message = verdict === 'fail' ? `below the objective by itself: ${first}` : first
    return testCase(view, name, p50Ms, 'skipped', '', message, text)
  }
  return testCase(view, name, p50Ms, verdict === 'fail' ? 'failure' : 'error', verdict, first, text)
}

function testCase(
  view: WindowView,
  name: string,
  p50Ms: number | null,
  kind: Case['kind'],
  type: string,
  message: string,
  text: string,
): Case {
  const bodies = {
    pass: () => element('system-out', {}, text),
    skipped: () => element('skipped', { message }, text),
    failure: () => element('failure', { type, message }, text),
    error: () => element('error', { type, message }, text),
  }
  const { classname } = view
  return { kind, xml: `${open('testcase', { classname, name, time: seconds(p50Ms) })}${bodies[kind]()}</testcase>` }
}

const seconds = (ms: number | null): string => ((ms ?? 0) / 1000).toFixed(6)
