import { readFile, stat } from 'node:fs/promises'

/** The text of a file that others replace: kubelet swaps a symbolic link, other programs write over it. */
export type FileText = {
  /**
   * Looks whether the file has changed, and reads it if it has.
   *
   * @param always reads it even if it looks unchanged: clocks of network file systems are coarse.
   * @throws as `node:fs` does.
   */
  read(always?: boolean): Promise<string>
}

/** Whoever writes over a file empties it first: an empty one is what it was before, until it says something. */
export function createFileText(path: string): FileText {
  let seen = ''
  let text = ''
  const isBlank = (found: string) => found.trim() === ''
  return {
    async read(always = false) {
      // Asked before the reading: what is written in between is seen as a change the next time
      const { mtimeNs, ctimeNs, ino, size } = await stat(path, { bigint: true })
      const state = [mtimeNs, ctimeNs, ino, size].join()
      if (state === seen && !always) {
        return text
      }
      const found = await readFile(path, 'utf8')
      if (!isBlank(found) || isBlank(text)) {
        text = found
        seen = state
      }
      return text
    },
  }
}
