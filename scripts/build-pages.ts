/** Puts what is served below `/docs/` and over MCP into `dist/public`: the pages, and the API browser. Both runtimes serve it. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import { DOC_FOLDERS, DOC_INDEX, DOC_PAGES, renderedFile } from '../src/api/docs/doc-pages.ts'
import { EXAMPLES } from '../src/pages/try/examples.ts'
import { readDocs } from '../src/runtime/node/docs/make.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

export function buildPages(): void {
  const out = join(root, 'dist/public')
  const docs = join(root, 'docs')
  for (const page of [...DOC_FOLDERS, ...DOC_PAGES.map((name) => `${name}.md`)]) {
    cpSync(join(docs, page), join(out, page), { recursive: true })
  }
  for (const { file } of EXAMPLES) {
    mkdirSync(dirname(join(out, file)), { recursive: true })
    cpSync(join(root, file), join(out, file))
  }
  cpSync(join(root, 'src/pages/browser'), join(out, 'site'), { recursive: true })
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'))
  const plotting = readFileSync(join(uplot, 'uPlot.esm.js'), 'utf8')
  writeFileSync(join(out, 'site/uplot.js'), transformSync(plotting, { minify: true, format: 'esm' }).code)
  cpSync(join(uplot, 'uPlot.min.css'), join(out, 'site/uplot.css'))
  const { index, render } = readDocs(docs)
  writeFileSync(join(out, DOC_INDEX), JSON.stringify(index))
  for (const { page } of index.groups.flatMap(({ pages }) => pages)) {
    const file = join(out, renderedFile(page))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(render(page)))
  }
  const ui = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    cpSync(join(ui, file), join(out, 'ui', file))
  }
}

if (import.meta.main) {
  buildPages()
}
