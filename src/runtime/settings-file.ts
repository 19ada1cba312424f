/**
 * Two files: one of settings, which somebody names, and the `portolan.yaml` that is found in a folder, which says what
 * is expected of Services and nothing else: whoever changes it need not be trusted.
 *
 * @module
 */
import { nearMiss } from '../lib/near.ts'
import { ConfigError } from './config.ts'
import { type Placed, PlacedError, plainOf, quoted, readPlaced } from './placed-yaml.ts'
import { SETTING_KEYS, settingOf } from './setting-names.ts'
import { formOf, SETTING_NAMES, type SettingName } from './setting-shapes.ts'

/** Parts that both files may have. */
export const PARTS = ['checks', 'schedules'] as const
export type Part = (typeof PARTS)[number]
/** Names the JSON Schema for editors; nothing reads it. */
const FOR_EDITORS = '$schema'

export type SettingsFile = {
  /** As it was named. */
  path: string
  /** As the environment would have them. */
  values: Readonly<Partial<Record<SettingName, string>>>
  lines: Readonly<Partial<Record<SettingName, number>>>
  checks: Placed | null
  schedules: Placed | null
}

/**
 * Reads a file of settings. Values are not judged here: they are read as those of the environment.
 *
 * @param found it was not named: it may have no settings.
 * @throws ConfigError one line: each mistake with the file, the line and what to do.
 */
export function readSettingsFile(path: string, text: string, { found = false } = {}): SettingsFile {
  const file = { path, values: {}, lines: {}, checks: null, schedules: null }
  const root = read(path, text)
  if (root === null) {
    return file
  }
  if (root.kind !== 'map') {
    throw new ConfigError(
      `${path}:${root.line}: expected ${found ? 'checks and schedules' : 'settings'} by their names`,
    )
  }
  const wrong: string[] = []
  const values: Partial<Record<SettingName, string>> = {}
  const lines: Partial<Record<SettingName, number>> = {}
  const parts: Partial<Record<Part, Placed>> = {}
  for (const { key, line, value } of root.entries.filter((entry) => entry.key !== FOR_EDITORS)) {
    if (wrong.length > MISTAKES_MAX) {
      break
    }
    const say = (what: string) => void wrong.push(`${path}:${line}: ${what}`)
    const name = settingOf(key)
    if (isPart(key)) {
      if (value.kind === 'list') {
        parts[key] = value
      } else if (!isNothing(value)) {
        say(`${key}: expected a list`)
      }
    } else if (name === undefined) {
      say(noSuchKey(key, found))
    } else if (found) {
      say(notInFound(key, name))
    } else {
      const text = textOf(value, name)
      if (text === null) {
        say(
          `${key}: expected ${formOf(name).takes === 'list' ? 'a list, or its entries separated by commas' : 'one value'}`,
        )
      } else if (text !== '') {
        values[name] = text
        lines[name] = line
      }
    }
  }
  if (wrong.length > 0) {
    throw new ConfigError(...firstOf(wrong))
  }
  return { ...file, values, lines, ...parts }
}

/** Whoever has written more of them, by mistake or to fill a log, is told of the first. */
const MISTAKES_MAX = 20

export const firstOf = (mistakes: readonly string[]): readonly string[] =>
  mistakes.length > MISTAKES_MAX ? [...mistakes.slice(0, MISTAKES_MAX), 'there are more mistakes'] : mistakes

function read(path: string, text: string): Placed | null {
  try {
    return readPlaced(text)
  } catch (error) {
    if (error instanceof PlacedError) {
      throw new ConfigError(`${path}:${error.line}: ${error.message}`)
    }
    throw error
  }
}

const isPart = (key: string): key is Part => PARTS.some((part) => part === key)
const isNothing = (value: Placed): boolean => value.kind === 'scalar' && value.value === null

function noSuchKey(key: string, found: boolean): string {
  const keys = [...PARTS, ...(found ? [] : SETTING_KEYS)]
  const variable = SETTING_NAMES.find((name) => name === key)
  const near = variable === undefined ? nearMiss(key, keys) : keys.find((each) => settingOf(each) === variable)
  const told = near === null || near === undefined ? '' : `; did you mean ${near}?`
  return `there is no ${found ? 'part' : 'setting'} ${quoted(key)}${told}${found && told === '' ? '; it has checks and schedules' : ''}`
}

const notInFound = (key: string, name: SettingName): string =>
  `${key} is not read from a file that was found and not named: anybody who can change that file, say by a pull request, ` +
  `would decide whom tokens are sent to and what may be dialled. Set ${name}, or put it into another file and name ` +
  'that by --config'

/** As the environment would have it; `null`: a value of this kind has no such text. */
function textOf(value: Placed, name: SettingName): string | null {
  if (value.kind === 'scalar') {
    return value.value === null ? '' : value.text
  }
  switch (formOf(name).takes) {
    case 'list': {
      const texts =
        value.kind === 'list' ? value.items.map((item) => (item.kind === 'scalar' ? item.text : null)) : [null]
      return texts.includes(null) ? null : texts.join(',')
    }
    case 'json':
      return JSON.stringify(plainOf(value))
    case 'text':
      return null
  }
}
