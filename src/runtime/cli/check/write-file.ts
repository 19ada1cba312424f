/**
 * Files that are written whole or not at all.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { appendFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Whoever reads it sees what was there before, or all of the text. @throws the error of the system */
export async function writeWhole(cwd: string, path: string, text: string): Promise<void> {
  const named = resolve(cwd, path)
  // The file that a link leads to is replaced, not the link.
  const target = await realpath(named).catch(() => named)
  const found = await stat(target).catch(() => null)
  if (found !== null && !found.isFile()) {
    // A pipe, or /dev/stderr: there is nothing to put in its place.
    return writeFile(target, text)
  }
  const beside = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.part`)
  try {
    await writeFile(beside, text, { flag: 'wx' })
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw error
  }
}

export const addToFile = (path: string, text: string): Promise<void> => appendFile(path, text)

export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0
}
