/**
 * `-f`: files, folders, patterns and standard input, as kubectl takes them, to the one text that is sent.
 *
 * @module
 */
import { glob, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ManifestFile } from '../../../kube/manifest-places.ts'
import { CliError } from '../exit.ts'
import type { Io } from '../io.ts'
import { readTextInput } from '../text-input.ts'

const STDIN = '-'
const IN_FOLDERS = /\.(ya?ml|json)$/i

/** Reads every file that is named, each once. */
export async function readManifests(
  io: Io,
  names: readonly string[],
  { recursive = false }: { recursive?: boolean } = {},
): Promise<ManifestFile[]> {
  if (names.filter((name) => name === STDIN).length > 1) {
    throw new CliError('-f -: standard input can be read once.')
  }
  const paths = new Map<string, string>()
  for (const name of names) {
    for (const path of name === STDIN ? [STDIN] : await filesNamed(io, name, recursive)) {
      const place = path === STDIN ? STDIN : resolve(io.cwd, path)
      paths.set(place, paths.get(place) ?? path)
    }
  }
  const files: ManifestFile[] = []
  for (const path of paths.values()) {
    files.push({ path, text: await readTextInput(io, path) })
  }
  return files
}

async function filesNamed(io: Io, name: string, recursive: boolean): Promise<string[]> {
  if (name === '') {
    throw new CliError('-f is empty: is a variable of the shell not set? The folder that this runs in is -f .')
  }
  if (/^https?:\/\//i.test(name)) {
    throw new CliError(`-f reads no addresses. Fetch it first: curl -fsSL ${name} | portolan check -f -`)
  }
  const found = await stat(resolve(io.cwd, name)).catch(() => null)
  if (found?.isDirectory()) {
    return inFolder(io, name, recursive)
  }
  if (found !== null || !/[*?[]/.test(name)) {
    return [name]
  }
  const matching: string[] = []
  for await (const path of glob(name, { cwd: io.cwd })) {
    matching.push(path)
  }
  if (matching.length === 0) {
    throw new CliError(`-f ${name}: there is no such file.`)
  }
  return matching.sort()
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)

async function inFolder(io: Io, name: string, recursive: boolean): Promise<string[]> {
  const entries = await readdir(resolve(io.cwd, name), { recursive, withFileTypes: true }).catch((error: unknown) => {
    throw new CliError(`${name}: this folder cannot be read (${codeOf(error)}).`)
  })
  const folder = resolve(io.cwd, name)
  const files = entries
    .filter((entry) => !entry.isDirectory() && IN_FOLDERS.test(entry.name))
    .map((entry) => join(name, entry.parentPath.slice(folder.length), entry.name))
  if (files.length === 0) {
    const further = recursive ? '' : ' -R looks into the folders in it as well.'
    throw new CliError(`${name}: this folder has no *.yaml, *.yml or *.json in it.${further}`)
  }
  return files.sort()
}

/** The one text that is sent. */
export async function textOfAll(files: readonly ManifestFile[]): Promise<string> {
  const { joinManifests } = await import('../../../kube/join-manifests.ts')
  return joinManifests(files).text
}
