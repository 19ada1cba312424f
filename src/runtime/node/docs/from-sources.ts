import { DOC_INDEX } from '../../../api/docs/doc-pages.ts'
import { type Docs, readDocs } from './make.ts'

/** Makes what the build makes of the documentation, for a server that runs from sources. @param docs the folder. */
export function createDocsFromSources(docs: string): (path: string) => string | null {
  let made: Docs | null = null
  return (path) => {
    if (path !== DOC_INDEX) {
      // A page is read anew each time, so that its author sees each change
      const found = readDocs(docs).render(path.replace(/^rendered\//, '').replace(/\.json$/, ''))
      return found === null ? null : JSON.stringify(found)
    }
    made ??= readDocs(docs)
    return JSON.stringify(made.index)
  }
}
