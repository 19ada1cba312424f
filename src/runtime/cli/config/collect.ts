/**
 * Which settings count here, where each comes from, and what is wrong with them.
 *
 * @module
 */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError, givenSettings, readSettings, SECRET_SETTINGS } from '../../config.ts'
import { refusedIn } from '../../project-rules.ts'
import type { Source } from '../../setting-layers.ts'
import { keyOf } from '../../setting-names.ts'
import { SETTING_NAMES, type SettingName } from '../../setting-shapes.ts'
import { type Reader, SETTINGS } from '../../settings.ts'
import { firstOf, PARTS, type SettingsFile } from '../../settings-file.ts'
import { CliError } from '../exit.ts'
import type { Io } from '../io.ts'
import { kubectlConfig, readClientSettings, readLayers, readProject, type SettingFlags } from '../settings.ts'

export type ShownSetting = {
  name: SettingName
  /** As a file has it. */
  key: string
  isSecret: boolean
  isSet: boolean
  /** `null`: it is a secret, or it is not set and has no default. */
  value: string | null
  from: Source | { from: 'default' } | { from: 'kubectl'; name: string }
  readBy: readonly Reader[]
}

export type Collected = {
  settings: readonly ShownSetting[]
  files: readonly { file: string; found: boolean; checks: number; schedules: number }[]
  /** Each is one line. */
  mistakes: readonly string[]
  remarks: readonly string[]
}

/** A password in a URL is none of the settings, and is shown by none. */
const withoutPassword = (text: string): string => text.replace(/\/\/[^/?#\s]*@/g, '//…@')

/** @throws ConfigError, CliError where a file cannot be read at all */
export async function collectSettings(io: Io, flags: SettingFlags): Promise<Collected> {
  const { file, layers } = await readLayers(io, flags)
  const { env, sources, nameOf } = layers
  const project = await readProject(io, flags)
  const given = givenSettings(env)
  const settings = SETTING_NAMES.map((name): ShownSetting => {
    const isSecret = SECRET_SETTINGS.includes(name)
    const source = sources.get(name)
    const text = given[name]
    const { default: standard, readBy } = SETTINGS[name]
    const value = text === undefined ? standard : withoutPassword(text)
    return {
      ...{ name, key: keyOf(name), isSecret, isSet: text !== undefined, value: isSecret ? null : value },
      ...{ from: source ?? { from: 'default' }, readBy },
    }
  })
  return {
    settings: withKubectl(io, settings),
    files: [
      ...(file === null ? [] : [described(file, false)]),
      ...(project === null ? [] : [described(project, true)]),
    ],
    mistakes: [
      ...new Set([
        ...(await wrongIn(() => readClientSettings(io, flags))),
        ...(await wrongIn(() => readSettings(env, nameOf))),
      ]),
      ...(project === null ? [] : refusals(project)),
    ],
    remarks: await remarksOn(io, given.PORTOLAN_TOKEN_FILE),
  }
}

const described = (file: SettingsFile, found: boolean): Collected['files'][number] => ({
  ...{ file: file.path, found },
  ...{ checks: lengthOf(file.checks), schedules: lengthOf(file.schedules) },
})

const lengthOf = (list: SettingsFile['checks']): number => (list?.kind === 'list' ? list.items.length : 0)

/** Commands read a cluster as kubectl does where nothing else is said. */
const withKubectl = (io: Io, settings: readonly ShownSetting[]): ShownSetting[] =>
  settings.map((setting) => {
    const path = setting.name === 'PORTOLAN_KUBECONFIG' && !setting.isSet ? kubectlConfig(io) : null
    const from = { from: 'kubectl', name: io.env.KUBECONFIG ? 'KUBECONFIG' : '~/.kube/config' } as const
    return path === null ? setting : { ...setting, value: path, from }
  })

async function wrongIn(read: () => unknown): Promise<readonly string[]> {
  try {
    await read()
    return []
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.mistakes
    }
    if (error instanceof CliError) {
      return [error.message]
    }
    throw error
  }
}

const refusals = ({ path, ...parts }: SettingsFile): string[] =>
  PARTS.flatMap((part) => {
    const list = parts[part]
    return list === null ? [] : firstOf(refusedIn(part, list).map(({ line, what }) => `${path}:${line}: ${what}`))
  })

const OF_OTHERS = 0o077

async function remarksOn(io: Io, tokenFile: string | undefined): Promise<string[]> {
  const found = tokenFile === undefined ? null : await stat(resolve(io.cwd, tokenFile)).catch(() => null)
  // Windows has no such bits, and says that everybody may read
  const isOpen = found !== null && process.platform !== 'win32' && (found.mode & OF_OTHERS) !== 0
  return isOpen ? [`PORTOLAN_TOKEN_FILE: others on this machine may read ${tokenFile}: chmod 600 ${tokenFile}`] : []
}
