import { nearMiss } from '../../lib/near.ts'
import { SERVER_SETTING_NAMES } from '../setting-shapes.ts'
import { SETTINGS } from '../settings.ts'

const WIDTH = 100
const INDENT = 36

/** Words in lines of at most `width`. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) {
      lines.push(word)
    } else {
      lines[lines.length - 1] = `${last} ${word}`
    }
  }
  return lines
}

const NAMES = SERVER_SETTING_NAMES.filter((name) => SETTINGS[name].readBy.includes('node'))

const settingLines = NAMES.flatMap((name) => {
  const { default: standard, meaning } = SETTINGS[name]
  const lines = wrapped(standard === null ? meaning : `${meaning} (${standard})`, WIDTH - INDENT)
  return lines.map((line, at) => `  ${(at === 0 ? name : '').padEnd(INDENT - 2)}${line}`)
})

/** The part of `portolan serve --help` about settings. */
export const SETTINGS_HELP = `Settings are flags, before environment variables, before the file that --config names. An unknown
name, or a value that does not fit, prevents the start. Defaults are in brackets.

${settingLines.join('\n')}
`

const BY_OPTION = new Map(
  NAMES.filter((name) => SETTINGS[name].flag === undefined).map((name) => [
    name.slice('PORTOLAN_'.length).toLowerCase().replaceAll('_', '-'),
    name,
  ]),
)

/** Not every setting has a flag: the one that whoever writes `--admin-token`, or nearly, means. */
export const settingMeantBy = (option: string): string | null =>
  BY_OPTION.get(nearMiss(option.replace(/^-+/, ''), [...BY_OPTION.keys()]) ?? '') ?? null
