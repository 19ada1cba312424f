import { visible } from '../../report/visible.ts'

type Logged = { level: string; event: string; cause?: unknown; [field: string]: unknown }

/** A line of the log for somebody who reads it once, at a terminal: `Warning: cluster in clear text (cluster kind)`. */
export function readableLine(line: string): string {
  const { at: _at, level, event, cause, ...fields }: Logged = JSON.parse(line)
  const told = Object.entries(fields).map(([name, value]) => `${name} ${textOf(value)}`)
  const word = level === 'warn' ? 'Warning' : level.slice(0, 1).toUpperCase() + level.slice(1)
  const why = cause === undefined ? '' : `: ${textOf(cause)}`
  return visible(`${word}: ${event.replaceAll('_', ' ')}${told.length === 0 ? '' : ` (${told.join(', ')})`}${why}`)
}

function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) {
    return String(value.message)
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}
