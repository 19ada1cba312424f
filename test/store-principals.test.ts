import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { COVERED } from './contract/store-principals.ts'

const FOLDER = new URL('../src/store/', import.meta.url)

/** These make the conditions, and pass statements on. */
const BELOW = ['db.ts', 'visible.ts']

const functionsOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /^export (?:async )?(?:function (\w+)|const (\w+) = (?:async )?)(?:<[^(]*>)?\(\s*(\w+|\{[^}]*\}): Store\b/gm,
    ),
  ].map(([, declared, assigned]) => declared ?? assigned ?? '')

it('knows of every function that asks a store what a principal of one namespace is told by it', () => {
  const files = readdirSync(FOLDER).filter((name) => !name.endsWith('.test.ts') && !BELOW.includes(name))
  const found = files.flatMap((name) => functionsOf(readFileSync(new URL(name, FOLDER), 'utf8')))
  const covered = new Set(COVERED.filter((name) => !name.includes(' ')))
  expect([found.length > 50, new Set(found)]).toEqual([true, covered])
})
