import { DOC_INDEX } from '../../../api/docs/doc-pages.ts'
import { type Docs, readDocs } from './make.ts'

/** What the build would have made of the documentation. @param docs the folder. */
export function createDocsFromSources(docs: string): (path: string) => string | null {
  let made: Docs | null = null
  return (path) => {
    if (path !== DOC_INDEX) {
      // Read anew, so that whoever writes a page sees it
      const found = readDocs(docs).render(path.replace(/^rendered\//, '').replace(/\.json$/, ''))
      return found === null ? null : JSON.stringify(found)
    }
    made ??= readDocs(docs)
    return JSON.stringify(made.index)
  }
}
