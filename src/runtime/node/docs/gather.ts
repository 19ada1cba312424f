import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOC_FOLDERS, DOC_PAGES, type DocPage, docPage } from '../../../api/docs/doc-pages.ts'

/** Every page of the documentation that is served. @param docs the folder. */
export function gatherDocPages(docs: string): DocPage[] {
  const names = [...DOC_PAGES, ...DOC_FOLDERS.flatMap((folder) => pagesIn(docs, folder))]
  return names
    .filter((name) => existsSync(join(docs, `${name}.md`)))
    .map((name) => docPage(name, readFileSync(join(docs, `${name}.md`), 'utf8')))
}

const pagesIn = (docs: string, folder: string): string[] =>
  globSync(`${folder}/*.md`, { cwd: docs })
    .map((file) => file.replaceAll('\\', '/').replace(/\.md$/, ''))
    .sort()
