/**
 * Writes what of `src/client` follows from `openapi.yaml`: `schema.ts`, by openapi-typescript, which is installed in
 * `tools/client` since it needs another TypeScript than the rest; and `operations.ts`. With `--check`, fails where a
 * committed file is not what the document says, and needs nothing of `tools/client` for that: `schema.ts` begins with
 * what it was made of. With `--regenerate`, writes them once more, and fails where they differ from what was there.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { type ApiDocument, clientDocument } from './client-document.ts'
import { operationsFile } from './client-operations.ts'

const root = new URL('../', import.meta.url)
const SCHEMA = 'src/client/schema.ts' as const
const OPERATIONS = 'src/client/operations.ts' as const
const TOOLS = 'tools/client/'
const WRITTEN = '// Written by `npm run client` from openapi.yaml; do not edit.\n'

const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const sha256 = (...texts: string[]): string => createHash('sha256').update(texts.join('\0')).digest('hex')

const api = load(read('openapi.yaml')) as ApiDocument
const document = clientDocument(api)
/** Of the document, what types are made of. */
const source = { paths: document.paths, components: document.components }
const INFO = { title: 'Portolan', version: '1' }
const madeOf = sha256(JSON.stringify(source), read(`${TOOLS}package-lock.json`), read(`${TOOLS}generate.mjs`))
const operations = formatted(WRITTEN + operationsFile(api))

/** By `--check` not made, but looked at. */
const isCheck = process.argv.includes('--check')
const before = { [SCHEMA]: read(SCHEMA), [OPERATIONS]: read(OPERATIONS) }
const after = { [SCHEMA]: isCheck ? asItWouldBe(before[SCHEMA]) : headed(schema()), [OPERATIONS]: operations }
const stale = ([SCHEMA, OPERATIONS] as const).filter((path) => before[path] !== after[path])

if (!isCheck) {
  for (const path of stale) {
    writeFileSync(new URL(path, root), after[path])
  }
}
if (isCheck || process.argv.includes('--regenerate')) {
  for (const path of stale) {
    console.error(`${path} is not what openapi.yaml says: run \`npm run client\` and commit the file.`)
    process.exitCode = 1
  }
}

function headed(body: string): string {
  return `${WRITTEN}// Made of ${madeOf}, written as ${sha256(body)}.\n${body}`
}

/** A file with the head that it has if it was made of this document by this generator, and is as it was written. */
function asItWouldBe(text: string): string {
  return headed(text.split('\n').slice(2).join('\n'))
}

/** The types of all schemas and operations. */
function schema(): string {
  install()
  return run(process.execPath, [`${TOOLS}generate.mjs`], JSON.stringify({ openapi: '3.1.0', info: INFO, ...source }))
}

/** Installs what the generator's own lock names, where that is not there yet. */
function install(): void {
  const installed = new URL(`${TOOLS}node_modules/.package-lock.json`, root)
  if (existsSync(installed)) {
    return
  }
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: new URL(TOOLS, root),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) {
    throw new Error(`npm ci in ${TOOLS} failed`)
  }
}

function formatted(text: string): string {
  return run('node_modules/.bin/biome', ['format', '--stdin-file-path=src/client/operations.ts'], text)
}

function run(program: string, args: string[], input: string): string {
  const { stdout, status, stderr } = spawnSync(program, args, { cwd: root, input, encoding: 'utf8', maxBuffer: 1e8 })
  if (status !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
  }
  return stdout
}
