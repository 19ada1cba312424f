/**
 * Names the changes of `openapi.yaml` that break callers of the last release, by comparing it with a copy of that
 * release's (`test/fixtures/openapi-baseline.yaml`). With `--accept`, makes the present one the copy to compare with.
 *
 * Before the first release it reports and never fails. Whether something was released is what the changelog says: no
 * version can be released without its section there (`scripts/release-notes.ts`), and it is in every clone, however
 * shallow, where tags are not.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dump, load } from 'js-yaml'
import { breakingChanges } from './breaking-changes.ts'

type Document = Readonly<Record<string, unknown>> & { info: { version: string } }

const root = new URL('../', import.meta.url)
const BASELINE = new URL('test/fixtures/openapi-baseline.yaml', root)
const read = (url: URL): string => readFileSync(url, 'utf8')
const readDocument = (url: URL): Document => load(read(url)) as Document

/** Texts for people, which may change at any time. A property may have such a name: there it holds a schema. */
const isText = (key: string, value: unknown): boolean =>
  ['description', 'summary', 'example', 'examples', 'externalDocs', 'tags'].includes(key) &&
  !(typeof value === 'object' && value !== null && ('type' in value || '$ref' in value || 'anyOf' in value))

const withoutTexts = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(withoutTexts)
  }
  if (typeof value !== 'object' || value === null) {
    return value
  }
  const kept = Object.entries(value).filter(([key, each]) => !isText(key, each))
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutTexts(each)]))
}

/** The version that was released last; `null`: none yet. */
const released = /^## (\d+\.\d+\.\d\S*)/m.exec(read(new URL('CHANGELOG.md', root)))?.[1] ?? null

const present = readDocument(new URL('openapi.yaml', root))
const baseline = readDocument(BASELINE)
const changes = breakingChanges(baseline, present)

for (const change of changes) {
  console.log(change)
}
if (process.argv.includes('--accept')) {
  const note = '# The API that callers rely on, without its texts. Written by `npm run openapi:breaking -- --accept`.\n'
  writeFileSync(BASELINE, note + dump(withoutTexts(present), { noRefs: true, lineWidth: 120 }))
  console.log(`${changes.length} breaking changes were accepted; the baseline is now ${present.info.version}.`)
} else if (released !== null && baseline.info.version !== released) {
  console.error(`The baseline is of ${baseline.info.version}, and ${released} is released: run`)
  console.error('`npm run openapi:breaking -- --accept` in the commit that sets the version.')
  process.exitCode = 1
} else if (released === null) {
  console.log(`${changes.length} breaking changes. Nothing is released yet, so they break nobody.`)
} else {
  console.log(`${changes.length} breaking changes since ${released}.`)
  if (changes.length > 0) {
    console.error('Callers of /v1 would break: docs/versioning.md says what may change, and how.')
    process.exitCode = 1
  }
}
