/**
 * Prints how large the Worker is, and of what; fails above the limit, or where `[alias]` of `wrangler.toml` no longer keeps
 * out what it is there for. Bundled as `wrangler deploy` does.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const LIMIT_KIB = 1024
const AIM_KIB = 800
const PARTS = 5
/** All of zod's languages but the one that is used. */
const KEPT_OUT = /node_modules\/zod\/v4\/locales\/(?!en\.js)/

const root = fileURLToPath(new URL('../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'portolan-worker-'))

type Metafile = { outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> }

/** `node_modules/zod/v4/core/api.js` → `zod`; what is our own by its folder. */
function partOf(input: string): string {
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input) ?? []
  return name ?? /(?:^|\/)(src\/[^/]+)\//.exec(input)?.[1] ?? 'the runtime’s own'
}

try {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--env-file=tools.env',
      'node_modules/wrangler/bin/wrangler.js',
      ...['deploy', '--dry-run', '--outdir', folder, '--metafile', join(folder, 'meta.json')],
    ],
    { cwd: root, encoding: 'utf8' },
  )
  if (status !== 0) {
    throw new Error(`wrangler deploy --dry-run failed:\n${stdout}${stderr}`)
  }
  const bundle = readFileSync(join(folder, 'main.js'))
  const { outputs }: Metafile = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'))
  const parts = new Map<string, number>()
  for (const { inputs } of Object.values(outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const part = partOf(input)
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput)
    }
  }
  const unwanted = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs).filter((of) => KEPT_OUT.test(of)))
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`
  const gzipped = gzipSync(bundle, { level: 9 }).length
  console.log(`the Worker: ${kib(bundle.length)}, gzip ${kib(gzipped)} (aim ${AIM_KIB}, limit ${LIMIT_KIB})`)
  for (const [part, bytes] of [...parts].toSorted(([, a], [, b]) => b - a).slice(0, PARTS)) {
    console.log(`  ${kib(bytes).padStart(9)}  ${part}`)
  }
  if (gzipped > LIMIT_KIB * 1024) {
    console.error(`the Worker is larger than ${LIMIT_KIB} KiB`)
    process.exitCode = 1
  }
  if (unwanted.length > 0) {
    console.error(`the Worker has ${unwanted.length} files that [alias] is to keep out, such as ${unwanted[0]}`)
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
