/**
 * Reads the settings of a command: from flags, else the environment, else the file that `--config` names. Of a
 * `portolan.yaml` in the working folder it reads only what is expected of Services.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { ConfigError, type NameOf, readClientEnv } from '../config.ts'
import type { Placed } from '../placed-yaml.ts'
import { type FlagSetting, type Layered, layered, type Source } from '../setting-layers.ts'
import { SETTING_NAMES, type SettingName } from '../setting-shapes.ts'
import { type Reader, SETTINGS } from '../settings.ts'
import { readSettingsFile, type SettingsFile } from '../settings-file.ts'
import { CliError } from './exit.ts'
import type { Io } from './io.ts'
import { readFoundText, readTextInput } from './text-input.ts'

const PROJECT_FILE = 'portolan.yaml'
/** Bounds a file that was found and that the user has not named. */
const FILE_BYTES_MAX = 1024 * 1024
const TOKEN_BYTES_MAX = 64 * 1024

/** Options of a command line by which settings are given, as commander names them. */
export type SettingFlags = {
  config?: string
  /** `false`: `--no-project-file`. Commands without that option have no use for the file, and do not read it. */
  projectFile?: boolean
  server?: string | null
  tokenFile?: string
  insecureHttp?: boolean
  kubeconfig?: string
  context?: string
  egressAllow?: string
  egressDeny?: string
  clusterDomain?: string
  dnsServers?: string
  vantage?: string
}

/** A list that a file has, with the file, and whether it was found there without having been named. */
export type FilePart = { file: string; found: boolean; list: Placed }

export type ClientSettings = {
  /** Without a slash at the end; `null`: none is named. */
  server: string | null
  /** A secret. */
  token: string | null
  insecureHttp: boolean
  /** Settings of a Portolan within this process, by the names of environment variables. */
  local: Readonly<Record<string, string>>
  nameOf: NameOf
  sources: ReadonlyMap<string, Source>
  /** Null if no file has any. */
  checks: FilePart | null
  schedules: FilePart | null
}

/**
 * Reads what a command that looks at Services is set to. Settings of servers are not judged, those of `local` when it
 * is opened.
 *
 * @throws ConfigError, CliError
 */
export async function readClientSettings(io: Io, flags: SettingFlags): Promise<ClientSettings> {
  if (flags.server === '') {
    // To look from here instead would be another verdict
    throw new CliError('--server is empty: is a variable of the shell not set? Leave it out to probe from here.')
  }
  const { file, layers } = await readLayers(io, flags)
  const { env, nameOf, sources } = layers
  const client = readClientEnv(env, nameOf)
  const project = await readProject(io, flags)
  return {
    server: flags.server === null ? null : client.PORTOLAN_SERVER,
    token: await readToken(io, client, sources),
    insecureHttp: client.PORTOLAN_INSECURE_HTTP,
    local: withKubeconfig(io, pick(env, 'local')),
    nameOf,
    sources,
    checks: partOf('checks', file, project),
    schedules: partOf('schedules', file, project),
  }
}

/** Flags, environment and the file that is named, whoever reads them. @throws ConfigError, CliError */
export async function readLayers(io: Io, flags: SettingFlags): Promise<{ file: SettingsFile | null; layers: Layered }> {
  const file =
    flags.config === undefined
      ? null
      : readSettingsFile(flags.config, await readTextInput(io, flags.config, FILE_BYTES_MAX))
  return { file, layers: layered(flagSettings(flags), io.env, file) }
}

/** `--egress-allow` is `egressAllow` with commander. */
const attributeOf = (flag: string): string =>
  flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

function flagSettings(flags: SettingFlags): FlagSetting[] {
  const given: Readonly<Record<string, unknown>> = flags
  return SETTING_NAMES.flatMap((name) => {
    const { flag } = SETTINGS[name]
    const value = flag === undefined ? undefined : given[attributeOf(flag)]
    return flag === undefined || value === undefined || value === null ? [] : [{ name, flag, value: String(value) }]
  })
}

/** Settings of others are no concern; names that nobody knows are refused by whoever reads what is left. */
const pick = (env: Layered['env'], reader: Reader): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => SETTINGS[name as SettingName]?.readBy.includes(reader) ?? true),
  )

/** As kubectl does: the variable, or the file in the home folder if it is there. */
function withKubeconfig(io: Io, local: Record<string, string>): Record<string, string> {
  if (local.PORTOLAN_KUBECONFIG !== undefined) {
    return local
  }
  const path = kubectlConfig(io)
  return path === null ? local : { ...local, PORTOLAN_KUBECONFIG: path }
}

/** Returns the kubeconfig files that kubectl would read, as KUBECONFIG lists them; null if it would read none. */
export function kubectlConfig({ env, cwd }: Io): string | null {
  if (env.KUBECONFIG) {
    return env.KUBECONFIG.split(delimiter)
      .map((path) => (path === '' ? '' : resolve(cwd, path)))
      .join(delimiter)
  }
  const home = env.HOME || env.USERPROFILE
  const path = home ? join(home, '.kube', 'config') : null
  return path !== null && existsSync(path) ? path : null
}

type ClientEnv = ReturnType<typeof readClientEnv>

/** The token, or what its file holds now. Of both, the one that stands nearer counts. */
async function readToken(io: Io, client: ClientEnv, sources: Layered['sources']): Promise<string | null> {
  const { PORTOLAN_TOKEN: token, PORTOLAN_TOKEN_FILE: path } = client
  if (path === null) {
    return token
  }
  const [ofToken, ofFile] = [sources.get('PORTOLAN_TOKEN')?.from, sources.get('PORTOLAN_TOKEN_FILE')?.from]
  if (token !== null) {
    if (ofToken === ofFile) {
      throw new ConfigError('PORTOLAN_TOKEN_FILE: PORTOLAN_TOKEN is set, too. Unset one of them')
    }
    if (ofFile !== 'flag' && ofToken === 'environment') {
      return token
    }
  }
  const text = (await readTextInput(io, path, TOKEN_BYTES_MAX)).trim()
  try {
    return readClientEnv({ PORTOLAN_TOKEN: text }).PORTOLAN_TOKEN ?? refuseEmpty(path)
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new CliError(error.message.replace('PORTOLAN_TOKEN:', `${path}:`))
    }
    throw error
  }
}

function refuseEmpty(path: string): never {
  throw new CliError(`${path}: it is empty; expected a token`)
}

/** Reads the file of the working folder. Folders above are not searched, as not all of them are the user's own. */
export async function readProject(io: Io, { projectFile }: SettingFlags): Promise<SettingsFile | null> {
  if (projectFile !== true) {
    return null
  }
  const path = join(io.cwd, PROJECT_FILE)
  const text = await readFoundText(path, PROJECT_FILE, FILE_BYTES_MAX)
  if (text !== null) {
    return readSettingsFile(PROJECT_FILE, text, { found: true })
  }
  const other = PROJECT_FILE.replace('.yaml', '.yml')
  if (existsSync(join(io.cwd, other))) {
    throw new CliError(`${other}: it is not read under this name. Call it ${PROJECT_FILE}, or say --no-project-file`)
  }
  return null
}

/** Prefers the file that the user has named to the one that was found. */
function partOf(
  part: 'checks' | 'schedules',
  named: SettingsFile | null,
  project: SettingsFile | null,
): FilePart | null {
  for (const file of [named, project]) {
    const list = file?.[part]
    if (file && list) {
      return { file: file.path, found: file === project, list }
    }
  }
  return null
}
