/**
 * TAP, version 14, as lines: nothing that a target or a manifest says begins one.
 *
 * @module
 */
import { visible } from './visible.ts'

export type Point = {
  ok: boolean
  name: string
  /** Why it was not tested; `null`: it was. */
  skip: string | null
  /** Facts about the point, by name. A fact that is null is left out. */
  facts: Readonly<Record<string, Fact>>
}

type Fact = string | number | boolean | null | readonly string[]

export type Tap = {
  /** Lines before the points. */
  remarks: readonly string[]
  points: readonly Point[]
  /** Why the points are no verdict: what reads them then calls the run off. `null`: they are. */
  bail: string | null
}

export function tapText({ remarks, points, bail }: Tap): string {
  // A plan of no points ends there, so that nobody would read why
  const plan = points.length > 0 ? [`1..${points.length}`] : bail === null ? ['1..0 # SKIP no path'] : []
  return `${[
    'TAP version 14',
    ...plan,
    ...remarks.map((line) => `# ${visible(line)}`),
    ...points.flatMap(pointLines),
    ...(bail === null ? [] : [`Bail out! ${visible(bail)}`]),
  ].join('\n')}\n`
}

function pointLines({ ok, name, skip, facts }: Point, at: number): string[] {
  const directive = skip === null ? '' : ` # SKIP ${visible(skip)}`
  const known = Object.entries(facts).flatMap(([fact, value]) => factLines(fact, value))
  return [
    `${ok ? 'ok' : 'not ok'} ${at + 1} - ${escaped(name)}${directive}`,
    ...(known.length === 0 ? [] : ['---', ...known, '...'].map((line) => `  ${line}`)),
  ]
}

function factLines(fact: string, value: Fact): string[] {
  if (value === null || (Array.isArray(value) && value.length === 0)) {
    return []
  }
  return Array.isArray(value)
    ? [`${fact}:`, ...value.map((each: string) => `  - ${scalar(each)}`)]
    : [`${fact}: ${scalar(value as string | number | boolean)}`]
}

/** JSON is YAML, on one line, whatever the text. */
const scalar = (value: string | number | boolean): string =>
  JSON.stringify(typeof value === 'string' ? visible(value) : value)

/** A number sign begins a directive. */
const escaped = (name: string): string => visible(name).replace(/[\\#]/g, '\\$&')
