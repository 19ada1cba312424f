import { visible } from '../../../report/visible.ts'
import type { Reader } from '../../settings.ts'
import type { Collected, ShownSetting } from './collect.ts'

const READERS: Readonly<Record<Reader, string>> = {
  node: 'server',
  workers: 'Workers',
  local: 'here',
  client: 'client',
}

/** For people: a row each, in columns. */
export function renderSettings({ settings, files, remarks }: Collected, { all }: { all: boolean }): string {
  const shown = settings.filter(({ from }) => all || from.from !== 'default')
  const rows = [
    ['SETTING', 'VALUE', 'FROM', 'READ BY'],
    ...shown.map((setting) => [
      setting.name,
      shownValue(setting),
      sourceOf(setting),
      setting.readBy.map((reader) => READERS[reader]).join(', '),
    ]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? []
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const rest = settings.length - shown.length
  return [
    ...(shown.length === 0 ? [] : lines),
    ...(rest > 0 ? [`${rest} settings have their defaults; --all shows them.`] : []),
    ...files.map(
      ({ file, found, checks, schedules }) =>
        `${visible(file)}${found ? ', found here' : ''}: ${counted(checks, 'check')}, ${counted(schedules, 'schedule')}`,
    ),
    ...remarks.map(visible),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const shownValue = ({ isSecret, isSet, value }: ShownSetting): string =>
  isSecret ? (isSet ? '(set)' : '(unset)') : value === null ? '(unset)' : visible(value)

function sourceOf({ from }: ShownSetting): string {
  switch (from.from) {
    case 'flag':
      return from.flag
    case 'environment':
      return 'environment'
    case 'file':
      return `${visible(from.file)}:${from.line}`
    case 'kubectl':
      return from.name
    case 'default':
      return 'default'
  }
}
