import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { encodingOf, textOf } from '../../lib/text-of.ts'
import { CliError } from './exit.ts'
import type { Io } from './io.ts'

const INPUT_BYTES_MAX = 64 * 1024 * 1024

/** Bytes as the text that they are. @param name of the file, for messages. */
function readText(bytes: Uint8Array, name: string): string {
  try {
    return textOf(bytes, { fatal: true })
  } catch (cause) {
    const [first, second] = bytes
    if (first === 0x1f && second === 0x8b) {
      throw new CliError(`${name}: this is compressed. Hand over the text: gunzip -c ${name} | portolan … -f -`, {
        cause,
      })
    }
    const encoding = encodingOf(bytes)
    const expected = encoding === 'utf-8' ? 'UTF-8 or UTF-16' : `the ${encoding.toUpperCase()} that it begins as`
    throw new CliError(`${name}: this is not text in ${expected}. Save it as UTF-8.`, { cause })
  }
}

/** Those whose standard input was read to its end. */
const haveRead = new WeakSet<Io>()

/**
 * Reads a file that the user names, `-` for standard input.
 *
 * @throws CliError if there is none that can be read
 */
export async function readTextInput(io: Io, file: string, bytesMax = INPUT_BYTES_MAX): Promise<string> {
  if (file !== '-') {
    return readText(await readFileBytes(resolve(io.cwd, file), file, bytesMax), file)
  }
  if (haveRead.has(io)) {
    throw new CliError('- stands for standard input, which can be read once: name a file in the place of one of them.')
  }
  haveRead.add(io)
  const bytes = await io.stdin()
  if (bytes.length > bytesMax) {
    throw new CliError(tooLong('standard input', bytesMax))
  }
  return readText(bytes, 'standard input')
}

/** On systems that have these flags, no link is followed, and no pipe is waited for that nobody writes to. */
const NO_LINKS = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Reads a file that was found and that the user has not named. A link is not followed.
 *
 * @returns `null` if there is none
 * @throws CliError
 */
export async function readFoundText(path: string, name: string, bytesMax: number): Promise<string | null> {
  try {
    return readText(await readFileBytes(path, name, bytesMax, { regularOnly: true }), name)
  } catch (error) {
    if (error instanceof CliError && codeOf(error.cause) === 'ENOENT') {
      return null
    }
    throw error
  }
}

const LINK = 'this is a link, which is not followed here. Name the file that it leads to by a flag.'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  EACCES: 'you have no permission to read it.',
  EISDIR: 'this is a folder.',
  ENOTDIR: 'a part of its path is not a folder.',
  ELOOP: LINK,
  EMLINK: LINK,
}

/** Says why a file or a folder cannot be read. */
export function whyUnreadable(error: unknown): string {
  const code = codeOf(error)
  return REASONS[code ?? ''] ?? `it cannot be read${code === undefined ? '' : ` (${code})`}.`
}

async function readFileBytes(
  path: string,
  name: string,
  bytesMax: number,
  { regularOnly = false } = {},
): Promise<Uint8Array> {
  try {
    // Windows has no such flag for opening
    if (regularOnly && (await lstat(path)).isSymbolicLink()) {
      throw new CliError(`${name}: ${LINK}`)
    }
    await using file = await open(path, constants.O_RDONLY | (regularOnly ? NO_LINKS : 0))
    if (regularOnly && !(await file.stat()).isFile()) {
      throw new CliError(`${name}: this is not a regular file.`)
    }
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      length += chunk.length
      if (length > bytesMax) {
        throw new CliError(tooLong(name, bytesMax))
      }
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (cause) {
    if (cause instanceof CliError) {
      throw cause
    }
    throw new CliError(`${name}: ${whyUnreadable(cause)}`, { cause })
  }
}

const tooLong = (name: string, bytesMax: number): string => `${name}: this is longer than ${bytesMax} bytes.`

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
