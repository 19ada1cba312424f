/** Writes src/store/migrations.ts from migrations/*.sql, so that the bundle needs no files beside it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
export const EMBEDDED = fileURLToPath(new URL('src/store/migrations.ts', root))
export const FOLDER = fileURLToPath(new URL('migrations/', root))

/** The text of the module for what the folder holds. */
export function renderMigrations(): string {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  const entries = names.map((name) => {
    const statements = readFileSync(`${FOLDER}/${name}`, 'utf8').split('--> statement-breakpoint')
    const lines = statements.map((text) => `      ${JSON.stringify(text.trim())},\n`).join('')
    return `  {\n    name: ${JSON.stringify(name)},\n    statements: [\n${lines}    ],\n  },\n`
  })
  return `// Written by scripts/embed-migrations.ts from migrations/; checked by npm run migrations:check.
/* biome-ignore-all format: generated */
/** Every migration, in order. A name that has been released never changes, nor do its statements. */
export const MIGRATIONS: readonly { name: string; statements: readonly string[] }[] = [\n${entries.join('')}]\n`
}

if (import.meta.main) {
  writeFileSync(EMBEDDED, renderMigrations())
}
