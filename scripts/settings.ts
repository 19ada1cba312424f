/** Writes what is made of the table of settings, with `--write`; a test fails where a committed file is not that. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { SchemaName } from '../src/runtime/schema-names.ts'
import { keyOf } from '../src/runtime/setting-names.ts'
import { SETTING_NAMES } from '../src/runtime/setting-shapes.ts'
import { type Reader, SETTINGS } from '../src/runtime/settings.ts'
import { schemaOf } from '../src/runtime/settings-schema.ts'

const root = new URL('../', import.meta.url)
const PAGE = 'docs/settings.md'

const READERS: Readonly<Record<Reader, string>> = {
  node: 'server',
  workers: 'Workers',
  local: 'here',
  client: 'client',
}

const code = (text: string | null | undefined): string => (text ? `\`${text}\`` : '')

function table(): string {
  return [
    'Read by: `server` on Node; `Workers`; `here`: a command that looks at a Service from where it runs; `client`: a ' +
      'command that asks a server. A secret has no flag.',
    '',
    '| variable | in a file | flag | default | read by | meaning |',
    '|---|---|---|---|---|---|',
    ...SETTING_NAMES.map((name) => {
      const { default: standard, meaning, readBy, flag } = SETTINGS[name]
      const readers = readBy.map((reader) => READERS[reader]).join(', ')
      const cells = [code(name), code(keyOf(name)), code(flag), code(standard), readers, meaning]
      return `| ${cells.join(' | ')} |`
    }),
  ].join('\n')
}

const BEGIN = '<!-- Written by `npm run settings` from src/runtime/settings.ts; do not edit. -->'
const END = '<!-- end -->'

function withTable(page: string): string {
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (before === -1 || after < before) {
    throw new Error(`the page has no place for the table: "${BEGIN}" and "${END}"`)
  }
  return `${page.slice(0, before)}${BEGIN}\n\n${table()}\n\n${page.slice(after)}`
}

/** Each file that is made of the table, as it should be. */
export const generatedFiles = (): Record<string, string> => ({
  [PAGE]: withTable(readFileSync(new URL(PAGE, root), 'utf8')),
  'schema/portolan.schema.json': schema('project'),
  'schema/settings.schema.json': schema('settings'),
})

const schema = (name: SchemaName): string => `${JSON.stringify(schemaOf(name), null, 2)}\n`

if (process.argv.includes('--write')) {
  for (const [name, text] of Object.entries(generatedFiles())) {
    writeFileSync(new URL(name, root), text)
  }
}
