/** A refusal to start, whose message is the one line to print. */
export class StartError extends Error {}

/** Codes of the operating system for files and addresses: what they mean, and what to do about it. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; give this user the right, or choose another',
  EPERM: 'permission denied; give this user the right, or choose another',
  EROFS: 'the file system is read-only; choose another place',
  ENOSPC: 'the disk is full',
  EEXIST: 'a part of the path is a file, not a folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, and a file is needed',
  ENOENT: 'its folder cannot be made there',
  EADDRINUSE: 'another program listens there; stop it, or choose another port (PORTOLAN_PORT=0 picks a free one)',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such name',
}

/** The reason in words where its code is known; `null`: it is not. */
export function reasonOf(cause: unknown): string | null {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const reason = REASONS[code]
  return reason === undefined ? null : `${reason} (${code})`
}

/** Makes one line of whatever keeps a file from being used, which is the operator's to mend. */
export const cannotUse = (what: string, cause: unknown): StartError =>
  new StartError(`${what}: ${reasonOf(cause) ?? (cause instanceof Error ? cause.message : String(cause))}`, { cause })
