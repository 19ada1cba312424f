import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApiPod } from '../../examples/api/pod.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { freePort } from '../support/program.ts'
import { readJob } from '../support/read.ts'

const GUIDE = 'docs/guides/api.md'
/** Between the outputs of two blocks. */
const MARK = '==== next block ===='

type Block = { language: string; text: string; heading: string }

/** The fenced blocks of the guide, each under its heading. */
function readBlocks(): Block[] {
  const blocks: Block[] = []
  let heading = ''
  for (const [, title, language, body] of readFileSync(GUIDE, 'utf8').matchAll(
    /^## (.*)$|^```(\w+)\n([\s\S]*?)^```$/gm,
  )) {
    if (title !== undefined) {
      heading = title
    } else {
      blocks.push({ language: language ?? '', text: body ?? '', heading })
    }
  }
  return blocks
}

const blocks = readBlocks()
/** Each command that is run stands with what it is documented to print. */
const commands = blocks.flatMap((block, index) => {
  if (block.language !== 'bash') {
    return []
  }
  const next = blocks[index + 1]
  return [{ heading: block.heading, text: block.text, prints: next?.language === 'text' ? next.text : '' }]
})
const checks = blocks
  .filter(({ language }) => language === 'json')
  .map(({ text }) => JSON.parse(text) as { name: string; port?: string })

let api: TestPortolan
let pod: Awaited<ReturnType<typeof startApiPod>>
let folder = ''
/** The port in the guide → the one it has here. */
let ports: [string, string][] = []
let printed: string[] = []

const local = (documented: string): string =>
  ports.reduce((out, [there, here]) => out.replaceAll(there, here), documented)
const documented = (found: string): string => ports.reduce((out, [there, here]) => out.replaceAll(here, there), found)

/** Masks what differs between runs: times, and the padding that follows from them. */
const masked = (output: string): string =>
  output
    .replace(/\d+(\.\d+)? (ms|s)\b/g, '<time>')
    .replace(/ +/g, ' ')
    .trim()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-guide-'))
  pod = await startApiPod({ http: 0, https: 0, db: 0 })
  const { http, https, db } = pod.ports
  ports = [http, https, db, await freePort()].map((port, index) => [String(9376 + index), String(port)])
  cpSync('examples/api', join(folder, 'examples/api'), { recursive: true })
  for (const file of ['toad.yaml', 'frog.yaml']) {
    const path = join(folder, 'examples/api', file)
    writeFileSync(path, local(readFileSync(path, 'utf8')))
  }
  api = await startTestPortolan({ PORTOLAN_VANTAGE: 'outside' })
  const script = commands.map((command) => `${command.text}echo '${MARK}'\n`).join('')
  const shell = spawn('bash', ['-c', local(script).replaceAll('http://127.0.0.1:8080', api.url)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)])
  expect(stderr.replace(/^curl: \(22\).*\n/gm, '')).toBe('')
  printed = documented(stdout).split(`${MARK}\n`)
})
afterAll(async () => {
  await Promise.all([api.close(), pod.close()])
  rmSync(folder, { recursive: true })
})

describe('docs/guides/api.md', () => {
  it.each(commands.map((command, index) => [index, command.heading, command.prints] as const))(
    'example %i, %s: prints what is shown',
    (index, _heading, prints) => {
      expect(masked(printed[index] ?? '')).toBe(masked(prints))
    },
  )

  it.each(checks.map((check) => [check.name, check] as const))(
    'the check "%s" passes on the pod',
    async (name, check) => {
      const port = check.port ?? 'http'
      const job = {
        target: { manifests: [load(readFileSync(join(folder, 'examples/api/toad.yaml'), 'utf8'))] },
        paths: { include: [{ kind: 'LoadBalancer', port }] },
        checks: [check],
      }
      const { verdict, paths } = await readJob(api.call('/v1/jobs?wait=30', { json: job }))
      const made = paths.flatMap(({ results }) =>
        results.map((result) => [result.check, result.outcome, result.failure]),
      )
      expect({ verdict, made }).toEqual({ verdict: 'pass', made: [[name, 'pass', null]] })
    },
  )
})
