/**
 * The text of a file that people have made, whichever way their editor or shell wrote it: PowerShell's `>` makes UTF-16,
 * Notepad a byte order mark.
 *
 * @throws TypeError where the bytes are no text of that encoding, if `fatal`
 */
export const textOf = (bytes: Uint8Array, { fatal = false } = {}): string =>
  new TextDecoder(encodingOf(bytes), { fatal }).decode(bytes)

export function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  // Without a mark: YAML and JSON begin with ASCII, of which UTF-16 makes a NUL and the character, or the other way round
  if ((first === 0xff && second === 0xfe) || (first !== undefined && first !== 0 && second === 0)) {
    return 'utf-16le'
  }
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== undefined && second !== 0)
    ? 'utf-16be'
    : 'utf-8'
}
