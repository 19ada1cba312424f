import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Wrangler, whose workerd trusts this authority beside the public ones. It reads which once, when it is loaded: each
 * test file has its own.
 */
export async function loadWrangler(caPem: string | null): Promise<typeof import('wrangler')> {
  if (caPem === null) {
    return import('wrangler')
  }
  const folder = mkdtempSync(join(tmpdir(), 'portolan-authority-'))
  process.env.NODE_EXTRA_CA_CERTS = join(folder, 'ca.pem')
  writeFileSync(process.env.NODE_EXTRA_CA_CERTS, caPem)
  try {
    return await import('wrangler')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
