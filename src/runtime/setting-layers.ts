/**
 * Merges settings: flags count before the environment, and the environment before a file that is named.
 *
 * @module
 */
import { givenSettings, type NameOf } from './config.ts'
import { keyOf } from './setting-names.ts'
import type { SettingName } from './setting-shapes.ts'
import type { SettingsFile } from './settings-file.ts'

export type Source =
  | { from: 'flag'; flag: string }
  | { from: 'environment'; name: string }
  | { from: 'file'; file: string; line: number }

export type Layered = {
  /** All settings as if they had been set in the environment, unknown names included. */
  env: Readonly<Record<string, string>>
  sources: ReadonlyMap<string, Source>
  /** For messages: the flag, the variable, or file, line and key. */
  nameOf: NameOf
}

/** A setting that was given as a flag, with the flag as it is written. */
export type FlagSetting = { name: SettingName; flag: string; value: string }

export function layered(
  flags: readonly FlagSetting[],
  env: Readonly<Record<string, unknown>>,
  file: SettingsFile | null,
): Layered {
  const merged: Record<string, string> = { ...file?.values }
  const sources = new Map<string, Source>()
  for (const [name, line] of Object.entries(file?.lines ?? {})) {
    sources.set(name, { from: 'file', file: file?.path ?? '', line })
  }
  for (const [name, value] of Object.entries(givenSettings(env))) {
    merged[name] = value
    sources.set(name, { from: 'environment', name })
  }
  for (const { name, flag, value } of flags) {
    merged[name] = value
    sources.set(name, { from: 'flag', flag })
  }
  return { env: merged, sources, nameOf: (name) => told(name, sources.get(name)) }
}

function told(name: string, source: Source | undefined): string {
  if (source?.from === 'file') {
    return `${source.file}:${source.line}: ${keyOf(name as SettingName)}`
  }
  return source?.from === 'flag' ? source.flag : name
}
