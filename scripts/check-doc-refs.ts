/**
 * Documentation that cannot rot: every file and npm script that a Markdown file names exists, every code of the contract
 * has its page, and the page of the commands is what they print. Prints what is missing and fails.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { FAILURE_CODES } from '../src/check/codes.ts'
import { RULES } from '../src/diagnose/rules.ts'
import { PROBLEMS } from '../src/lib/problem.ts'
import { CLI_PAGE, cliPage } from './cli-page.ts'

const TOP_FOLDERS = 'src|test|docs|scripts|bench|examples|migrations|deploy|\\.ci|\\.github'
const CODE_PATH = new RegExp(`\`((?:${TOP_FOLDERS})/[\\w./@-]*)\``, 'g')
const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g
const NPM_SCRIPT = /\bnpm run (?:-\S+ )*([\w:-]*\w)/g

const scripts: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8')).scripts
const missing: string[] = []

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  encoding: 'utf8',
})
for (const page of pages.split('\n').filter(existsSync)) {
  const text = readFileSync(page, 'utf8')
  const paths = [
    ...[...text.matchAll(CODE_PATH)].map(([, path = '']) => path),
    ...[...text.matchAll(LINK)].map(([, path = '']) => normalize(join(dirname(page), path))),
  ]
  missing.push(...paths.filter((path) => !existsSync(path)).map((path) => `${page}: there is no ${path}`))
  for (const [, name = ''] of text.matchAll(NPM_SCRIPT)) {
    if (scripts[name] === undefined) {
      missing.push(`${page}: there is no script ${name} in package.json`)
    }
  }
}

/** Codes of the contract and the folder that has one page for each. */
const CATALOGUES: Record<string, readonly string[]> = {
  'docs/errors': Object.keys(PROBLEMS),
  'docs/failures': Object.keys(FAILURE_CODES),
  'docs/diagnoses': RULES.map(({ code }) => code),
}
/** Pages about no code of their own. */
const ABOUT_ALL: Record<string, readonly string[]> = { 'docs/diagnoses': ['accuracy'] }
for (const [folder, codes] of Object.entries(CATALOGUES)) {
  const written = globSync(`${folder}/*.md`).map((file) => basename(file, '.md'))
  missing.push(...codes.filter((code) => !written.includes(code)).map((code) => `${folder}/${code}.md is missing`))
  const known = [...codes, 'README', ...(ABOUT_ALL[folder] ?? [])]
  missing.push(
    ...written.filter((code) => !known.includes(code)).map((code) => `${folder}/${code}.md is about no code of ours`),
  )
}

/** The one figure that the README gives of the contract. */
const codes = Object.keys(FAILURE_CODES).length
const told = /\[(\d+) codes\]\(docs\/failures\/README\.md\)/.exec(readFileSync('README.md', 'utf8'))?.[1]
if (told !== String(codes)) {
  missing.push(`README.md: says ${told} failure codes, there are ${codes}`)
}

/** Pages of codes are found by their folder's page. */
for (const folder of Object.keys(CATALOGUES)) {
  const index = readFileSync(`${folder}/README.md`, 'utf8')
  const unlisted = (CATALOGUES[folder] ?? []).filter((code) => !index.includes(code))
  missing.push(...unlisted.map((code) => `${folder}/README.md: has no row for ${code}`))
}

/** Changes are told from what was released. Before that, what there is stands under its subject. */
const changelog = readFileSync('CHANGELOG.md', 'utf8')
if (!/^## \d/m.test(changelog)) {
  const marked = changelog.split('\n').filter((line) => /^\* \[[A-Z]+\]/.test(line))
  missing.push(
    ...marked.map(
      (line) => `CHANGELOG.md: nothing is released, so say it unmarked under its subject: ${line.slice(0, 60)}`,
    ),
  )
}

if (readFileSync(CLI_PAGE, 'utf8') !== cliPage()) {
  missing.push(`${CLI_PAGE}: it is not what the commands print: npm run cli-page`)
}

for (const line of missing) {
  console.error(line)
}
if (missing.length > 0) {
  process.exitCode = 1
}
