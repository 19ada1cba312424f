/** The examples of the pages about the Gateway API, each with the objects that they go with. */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { dump, loadAll } from 'js-yaml'

type Manifest = { kind: string; metadata: { name: string; namespace?: string } }

const folder = new URL('../../docs/diagnoses/', import.meta.url)
const examplesIn = (file: string): readonly string[] =>
  [...readFileSync(new URL(file, folder), 'utf8').matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, text]) => text ?? [])

const [around = ''] = examplesIn('README.md')

/** The objects that all of the examples go with. */
export const AROUND = around

const keyOf = ({ kind, metadata: { name, namespace = '' } }: Manifest): string => `${kind}/${namespace}/${name}`

/** An object of the example stands in the place of the one of its name. */
function joined(example: string): string {
  const own = loadAll(example) as Manifest[]
  const keys = new Set(own.map(keyOf))
  const others = (loadAll(around) as Manifest[]).filter((each) => !keys.has(keyOf(each)))
  return [...others, ...own].map((each) => dump(each)).join('---\n')
}

export const EXAMPLES: readonly { code: string; manifests: string }[] = globSync('*.md', { cwd: folder.pathname })
  .toSorted()
  .filter((file) => file !== 'README.md')
  .flatMap((file) => examplesIn(file).map((text) => ({ code: basename(file, '.md'), manifests: joined(text) })))
