/**
 * Derives the name of a setting in a file from that of its variable, so that nobody has to learn two lists.
 *
 * @module
 */
import { SETTING_NAMES, type SettingName } from './setting-shapes.ts'

/** `PORTOLAN_EGRESS_ALLOW` is `egressAllow` in a file of settings. */
export const keyOf = (name: SettingName): string =>
  name
    .slice('PORTOLAN_'.length)
    .toLowerCase()
    .replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

const BY_KEY: ReadonlyMap<string, SettingName> = new Map(SETTING_NAMES.map((name) => [keyOf(name), name]))

export const SETTING_KEYS: readonly string[] = [...BY_KEY.keys()]

/** `undefined`: no setting is called so in a file. */
export const settingOf = (key: string): SettingName | undefined => BY_KEY.get(key)
