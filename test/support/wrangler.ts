import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Authority, createAuthority } from './certificates.ts'

type Wrangler = typeof import('wrangler')

let authority: Promise<Authority> | null = null
let wrangler: Promise<Wrangler> | null = null

/** The authority that workerd trusts beside the public ones; its name is no other's. */
export function trustedAuthority(): Promise<Authority> {
  authority ??= createAuthority('Known to the runtime')
  return authority
}

/** Wrangler, which reads once whom its workerd trusts, when it is loaded: all test files of a process share it. */
export function loadWrangler(): Promise<Wrangler> {
  wrangler ??= load()
  return wrangler
}

async function load(): Promise<Wrangler> {
  const { caPem } = await trustedAuthority()
  const folder = mkdtempSync(join(tmpdir(), 'portolan-authority-'))
  process.env.NODE_EXTRA_CA_CERTS = join(folder, 'ca.pem')
  writeFileSync(process.env.NODE_EXTRA_CA_CERTS, caPem)
  try {
    return await import('wrangler')
  } finally {
    delete process.env.NODE_EXTRA_CA_CERTS
    rmSync(folder, { recursive: true })
  }
}
