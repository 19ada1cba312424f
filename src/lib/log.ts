import { quietJson } from './json.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFields = Readonly<Record<string, unknown>>

/** One JSON line an event. Never a body, a header value or a token: callers pass names and counts. */
export type Log = {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  /** Our faults only; a failing target is `info`. `cause` keeps its stack. */
  error(event: string, fields?: LogFields & { cause?: unknown }): void
}

/** `write` gets whole lines without the newline. Lines under `level` are dropped. */
export function createLog(level: LogLevel, write: (line: string) => void, now: () => number): Log {
  const least = LOG_LEVELS.indexOf(level)
  const at =
    (name: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(name) < least) {
        return
      }
      write(quietJson({ at: new Date(now()).toISOString(), level: name, event, ...fields }, plain))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Gives the fields of an event as the line would have them, so that they can be handed to another thread. */
export const plainFields = (fields: LogFields): LogFields => JSON.parse(JSON.stringify(fields, plain))

function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) {
    return value
  }
  const code = 'code' in value ? { code: value.code } : {}
  return { name: value.name, message: value.message, ...code, stack: value.stack, cause: value.cause }
}
