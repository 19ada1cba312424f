import { CliError } from './exit.ts'

/**
 * Loads what lies in a file of its own, beside the bundle: it needs better-sqlite3, which has a native part and may not
 * be there, and few need it.
 *
 * @param command like `portolan serve`.
 * @param source the module from which it is built, for a program that runs from its sources.
 * @throws CliError where this installation is without it.
 */
export async function loadBeside<Module>(command: string, source: string, bundled: string): Promise<Module> {
  const from = import.meta.url.endsWith('.ts') ? source : bundled
  try {
    return await import(new URL(from, import.meta.url).href)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_DLOPEN_FAILED') {
      throw cause
    }
    const missing = /better.sqlite3/.test(String(cause)) ? 'better-sqlite3' : bundled.replace('./', '')
    throw new CliError(
      `${command} needs ${missing}, which this installation is without: use the npm package or the image.`,
    )
  }
}
