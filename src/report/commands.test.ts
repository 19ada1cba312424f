import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aFailure, aJob, aPath, aResult } from '../../test/fixtures/job-document.ts'
import { quietJson } from '../lib/json.ts'
import { fitGithubSummary } from './github.ts'
import { renderCodeQuality } from './gitlab.ts'
import { renderJobsCsv } from './job-csv.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderSarif } from './sarif.ts'
import { renderTap } from './tap.ts'
import { renderText } from './text.ts'
import { visible } from './visible.ts'

/** Each tells whether a runner would act on a line of a log, as its sources and manual have it. */
const RUNNERS: Readonly<Record<string, (line: string) => boolean>> = {
  // actions/runner, ActionCommand.TryParseV2: after blanks, up to the next `::`
  'GitHub, second form': (line) => /^::[a-z][\w-]*( [^\n]*?)?::/i.test(line.trimStart()),
  // actions/runner, ActionCommand.TryParse: anywhere in the line
  'GitHub, first form': (line) => /##\[[a-z]/i.test(line),
  Azure: (line) => /##vso\[/i.test(line) || /##\[(error|warning|debug|group|endgroup|section|command)\]/i.test(line),
  TeamCity: (line) => /##teamcity\[/i.test(line),
  Travis: (line) => /^travis_(fold|time):/.test(line),
  Buildkite: (line) => /^(---|\+\+\+|~~~|\^\^\^)(\s|$)/.test(line),
  'JUnit attachments': (line) => /\[\[ATTACHMENT\|/i.test(line),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  terminals: (line) => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(line),
}

/** Tells who would act on which line; lines end where any runner ends them. */
const commanded = (text: string): string[] => [
  // GitLab's parser of traces asks for the carriage return and the escape behind it
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  ...(/section_(start|end):\d+:[\w.-]+(\[[^\]]*\])?\r\u001b\[0K/.test(text) ? ['GitLab'] : []),
  ...text
    .split(/\r\n|[\n\r\u2028\u2029\u0085]/)
    .flatMap((line) => Object.entries(RUNNERS).flatMap(([who, acts]) => (acts(line) ? [`${who}: ${line}`] : []))),
]

const COMMANDS = [
  // The end of one text, and the beginning of what is written behind it.
  `::error file=a.ts,line=1::gone ${'x'.repeat(54)}::debug ::x`,
  ...['::error file=a.ts,line=1::gone', '::set-output name=a::b', '::add-mask::a', '::stop-commands::x', '::group::a'],
  ...['::ERROR::a', '::set-env name=PATH::/tmp', '::debug ::x', '##[error]gone', '##[group]a', '##[add-path]/tmp'],
  ...['##vso[task.setvariable variable=a]b', '##vso[task.complete result=Succeeded;]', '##[section]a', '###[error]a'],
  ...["##teamcity[buildStatus text='ok']", "##teamcity[setParameter name='a' value='b']", '##TEAMCITY[a]'],
  ...['section_start:1600000000:a\r\u001b[0Ka', '\u001b[0Ksection_end:1600000000:a\r\u001b[0K', 'travis_fold:start:a'],
  ...[
    '--- a',
    '+++ a',
    '~~~ a',
    '^^^ +++',
    '[[ATTACHMENT|/etc/passwd]]',
    '\u001b[2Ja',
    '\u001b]0;a\u0007',
    '\u001b]8;;http://a\u001b\\b',
    '\u009b31m',
  ],
  ...[
    'a\r::error::a',
    'a\n::error::a',
    'a\u2028::error::a',
    'a\u0085::error::a',
    '\u202e::error::a',
    '\ufeff::error::a',
  ],
  ...[
    '\u200b##[error]a',
    '#\u200b#[error]a',
    ':\u200b:error::a',
    '\u00a0::error::a',
    '\t::error::a',
    '\u3000::error::a',
  ],
]
const piece = fc.oneof(
  fc.constantFrom(...COMMANDS),
  fc.constantFrom(
    'a',
    ' ',
    '\n',
    '"',
    '<',
    ':',
    '::',
    '#',
    '##',
    '[',
    '`',
    '|',
    '\\',
    'x'.repeat(70),
    '=',
    '-',
    '&#35;',
  ),
)
const said = fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''))

/** A job in which a target and a manifest say that wherever they can. */
function jobThatSays(text: string) {
  const failing = aResult({
    ...{ check: text, responder: text },
    ...aFailure('unexpected_body', 'expectation', text),
  })
  const http = failing.http && {
    ...failing.http,
    ...{ headers: { server: text, 'x-a': text }, location: text, bodySnippet: text },
  }
  const tls = {
    ...{ subject: text, issuer: text, altNames: [text], notBefore: null, notAfter: text, authorized: false },
    ...{ authorizationError: text, protocol: text },
  }
  const path = aPath({
    ...{ outcome: 'fail' as const, host: text, url: text, node: text, serverName: text, because: [text] },
    results: [{ ...failing, http, tls }],
  })
  const finding = {
    ...{
      code: 'a',
      layer: 'application' as const,
      confidence: 'likely' as const,
      title: text,
      detail: text,
      fix: text,
      confirm: text,
    },
    ...{ evidence: [{ object: text, field: text, value: { [text]: text } }], explains: [path.id], docs: text },
  }
  return aJob({
    paths: [path, aPath({ outcome: 'skipped', skipped: { reason: 'policy', detail: text } })],
    ...{ target: { cluster: text, namespace: text, service: text }, labels: { [text]: text } },
    ...{ notApplicable: [{ kind: 'LoadBalancer', reason: text }], ignored: [{ object: text, reason: text }] },
    diagnosis: { status: 'broken', findings: [finding] },
  })
}

/** They hold the object that the finding is about. */
const FILES = [{ path: 'a.yaml', text: 'kind: Service\nmetadata: {name: a}\n' }]

const RENDERINGS = {
  text: renderText,
  markdown: renderMarkdown,
  junit: renderJunit,
  csv: (job: ReturnType<typeof aJob>) => renderJobsCsv([job]),
  tap: renderTap,
  sarif: (job: ReturnType<typeof aJob>) => renderSarif([job], FILES),
  'code quality': (job: ReturnType<typeof aJob>) => renderCodeQuality([job], FILES),
  'step summary': (job: ReturnType<typeof aJob>) => fitGithubSummary([renderMarkdown(job)]),
  json: quietJson,
  sse: (job: ReturnType<typeof aJob>) => `data: ${quietJson(job)}`,
}

// E3 of trials/security.md
describe('a log that shows a report', () => {
  it.each(Object.entries(RENDERINGS))('commands no runner, whatever a target says: %s', (_format, render) => {
    for (const command of COMMANDS) {
      for (const text of [command, `so ${command}`, `${'word '.repeat(19)}${command}`]) {
        expect(commanded(render(jobThatSays(text)))).toEqual([])
      }
    }
    fc.assert(
      fc.property(said, (text) => {
        expect(commanded(render(jobThatSays(text)))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('is read as before where nobody commands anything', () => {
    const plain = [
      '[2001:db8::1]:80 and ::1, ::ffff:10.0.0.1 or fe80::abcd',
      'std::vector<int> a::b',
      '# one, ## two, ##three, C#[0]',
      'sections, section start: 5 -- --- in a word---and',
      'kubectl get svc a -o jsonpath={.spec} --namespace b',
    ]
    expect(plain.map(visible)).toEqual([...plain.slice(0, 3), plain[3]?.replace(' --- ', ' \\u{2d}-- '), plain[4]])
  })

  it('shows a command as text', () => {
    expect(['::error::a', 'x ##[error]a', '##vso[a]', 'section_start:1:a'].map(visible)).toEqual([
      '\\u{3a}:error::a',
      'x \\u{23}#[error]a',
      '\\u{23}#vso[a]',
      'section_start\\u{3a}1:a',
    ])
    expect(visible(visible('::error::##[a] --- ##vso[a]'))).toBe(visible('::error::##[a] --- ##vso[a]'))
  })

  it('writes JSON that is read as what it was made of', () => {
    fc.assert(
      fc.property(fc.jsonValue(), said, (value, text) => {
        expect(JSON.parse(quietJson({ [text]: value, text }))).toEqual({
          [text]: JSON.parse(JSON.stringify(value)),
          text,
        })
      }),
    )
  })
})
