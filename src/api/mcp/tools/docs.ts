import { z } from 'zod'
import { ProblemError } from '../../../lib/problem.ts'
import { readDoc, searchDocs, URI } from '../../docs/search.ts'
import { docsUri, each, object, ourText } from '../fields.ts'
import { defineTool } from '../tool.ts'

export const searchDocsTool = defineTool({
  name: 'search_docs',
  title: 'Search the documentation',
  description:
    'Searches the documentation of Portolan: failure codes, diagnoses with their fixes, errors of the API, kinds of path, ' +
    'annotations, settings, guides. Then read_doc reads a page whole.',
  operation: null,
  input: z.strictObject({
    query: z.string().min(1).max(300).describe('A code, like connection_refused, or a few words'),
    limit: z.int().min(1).max(20).default(8),
  }),
  output: object({
    pages: each(object({ page: ourText, uri: docsUri, title: ourText, excerpt: ourText }), 20),
  }),
  async call({ asset }, { query, limit }) {
    const hits = await searchDocs(asset, query, limit)
    return { pages: hits.map(({ page, uri, title, excerpt }) => ({ page, uri, title, excerpt })) }
  },
})

export const readDocTool = defineTool({
  name: 'read_doc',
  title: 'Read a page of the documentation',
  description:
    'One page of the documentation as Markdown: diagnoses/CODE, failures/CODE, errors/CODE, guides/NAME, or paths, ' +
    'annotations, settings, runtimes, gateway-api. failures/README, diagnoses/README and errors/README list all codes.',
  operation: null,
  input: z.strictObject({
    page: z
      .string()
      .regex(/^([a-z-]+\/)?[\w-]{1,100}$/, 'A page like diagnoses/no_endpoints or paths')
      .describe('As search_docs tells it, like diagnoses/no_endpoints'),
  }),
  output: object({ page: ourText, uri: docsUri, markdown: ourText }),
  async call({ asset }, { page }) {
    const markdown = await readDoc(asset, page)
    if (markdown === null) {
      throw new ProblemError('not_found', `There is no page ${page}. search_docs finds pages by words.`)
    }
    return { page, uri: URI + page, markdown }
  },
  text: ({ markdown }: { markdown: string }) => markdown,
})
