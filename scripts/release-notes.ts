/**
 * Prints what the changelog says about a version: `node scripts/release-notes.ts v0.2.0`. Fails, with what to do, where
 * the tag is not the version of `package.json`, or where the version has no section of its own.
 */
import { readFileSync } from 'node:fs'

export class ReleaseError extends Error {}

/** A version's heading, as in `## 0.2.0 / 2026-12-14`. */
const HEADING = /^## (\S+)(?: \/ (\S+))?\s*$/

/**
 * Finds the section of a version.
 *
 * @param tag the version with a `v` before it.
 * @param version that of `package.json`.
 * @returns the section without its heading.
 * @throws ReleaseError where this is no version that can be released.
 */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`) {
    throw new ReleaseError(`The tag is ${tag}, and package.json says ${version}: tag the commit that sets the version.`)
  }
  const lines = changelog.split('\n')
  const start = lines.findIndex((line) => HEADING.exec(line)?.[1] === version)
  if (start === -1) {
    throw new ReleaseError(`CHANGELOG.md has no section "## ${version} / DATE": rename "## Unreleased" to that.`)
  }
  const date = HEADING.exec(lines[start] ?? '')?.[2] ?? ''
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) {
    throw new ReleaseError(`CHANGELOG.md does not say when ${version} is released: write "## ${version} / DATE".`)
  }
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => line.startsWith('## '))
  const notes = (end === -1 ? rest : rest.slice(0, end)).join('\n').trim()
  if (notes === '') {
    throw new ReleaseError(`CHANGELOG.md says nothing about ${version}: write what users notice.`)
  }
  return notes
}

if (import.meta.main) {
  const root = new URL('../', import.meta.url)
  const read = (name: string): string => readFileSync(new URL(name, root), 'utf8')
  try {
    const [, , tag = ''] = process.argv
    console.log(releaseNotes(tag, JSON.parse(read('package.json')).version, read('CHANGELOG.md')))
  } catch (error) {
    if (!(error instanceof ReleaseError)) {
      throw error
    }
    console.error(error.message)
    process.exitCode = 1
  }
}
