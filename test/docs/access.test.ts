import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { expect, it } from 'vitest'
import { withScopesTable } from '../../scripts/scopes-table.ts'
import { TOKEN_PATTERN } from '../../src/lib/token.ts'

const page = readFileSync('docs/guides/access.md', 'utf8')

it('the guide has every operation with the scope that it needs', () => {
  const document = load(readFileSync('openapi.yaml', 'utf8')) as { paths: Record<string, object> }
  expect(page).toBe(withScopesTable(page, document))
  expect(page).toContain('| `tokens:write` |')
})

it('the guide has the expression that scanners look for', () => {
  expect(page).toContain(`\`${TOKEN_PATTERN.source}\``)
})
