/**
 * Pages of the documentation as HTML. Done by the build, or, where a server runs from its sources, when a page is asked
 * for: nothing that is published or runs on Workers has a Markdown engine in it.
 *
 * @module
 */
import { Marked, type Tokens } from 'marked'
import { createSlugs, type DocPage, type Heading, plainText } from '../../../api/docs/doc-pages.ts'
import { type Led, leadOf } from './links.ts'

export type Rendered = { html: string; contents: Heading[]; leads: Led[]; summary: string }

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => NAMED[character] ?? '')

/** Deeper ones are no use in a list of contents. */
const CONTENTS_DEPTH = 3
const SUMMARY = 200

/** @param isServed tells whether there is such a page. */
export function renderDoc({ page, title, text }: DocPage, isServed: (page: string) => boolean): Rendered {
  const slugOf = createSlugs()
  slugOf(title)
  const contents: Heading[] = []
  const leads: Led[] = []
  let section = title
  const marked = new Marked({
    gfm: true,
    renderer: {
      // Our pages have none; what looks like it is shown as it is written
      html: ({ text: html }) => escaped(html),
      heading({ tokens, depth, text: markdown }) {
        const name = plainText(markdown)
        const id = slugOf(name)
        section = name
        if (depth <= CONTENTS_DEPTH) {
          contents.push({ level: depth, id, text: name })
        }
        const anchor = `<a class="anchor" href="#${id}" aria-label="Link to: ${escaped(name)}">#</a>`
        return `<div class="heading"><h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>${anchor}</div>\n`
      },
      code: ({ text: code, lang = '' }) => codeBlock(code, lang),
      table(table) {
        const cell = (each: Tokens.TableCell) => this.parser.parseInline(each.tokens)
        return tableBlock(section, table, cell)
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens)
        const led = leadOf(page, href, isServed)
        leads.push(led)
        return linkTo(led, inner)
      },
      // The pages have one, of a server that is an example
      image: ({ text: instead }) => escaped(instead),
    },
  })
  const html = marked.parse(text, { async: false })
  return { html, contents, leads, summary: summaryOf(text) }
}

function linkTo(led: Led, inner: string): string {
  switch (led.to) {
    case 'file':
      return `<span class="file" title="${escaped(led.file)}, a file of Portolan’s repository">${inner}</span>`
    case 'web':
      return `<a href="${escaped(led.href)}"${led.href.startsWith('/') ? '' : ' rel="noreferrer"'}>${inner}</a>`
    default:
      return `<a href="${escaped(led.href)}">${inner}</a>`
  }
}

/** Long lines are scrolled, which must be possible with a keyboard. The rest is what `Copy` of the pages makes. */
function codeBlock(code: string, lang: string): string {
  const name = /^[\w-]+/.exec(lang)?.[0] ?? ''
  const label = name === '' ? 'Code' : `Code, ${name}`
  const pre = `<pre tabindex="0" role="group" aria-label="${label}"><code>${escaped(code)}</code></pre>`
  return `<div class="copy">${pre}<button type="button" data-copy hidden>Copy</button></div>\n`
}

function tableBlock(section: string, { header, rows }: Tokens.Table, cell: (each: Tokens.TableCell) => string): string {
  // Without a word a cell is the head of nothing
  const head = header
    .map((each) => (each.text.trim() === '' ? '<td></td>' : `<th scope="col">${cell(each)}</th>`))
    .join('')
  const body = rows.map((row) => `<tr>${row.map((each) => `<td>${cell(each)}</td>`).join('')}</tr>`).join('\n')
  const heads = header.map(({ text }) => plainText(text.trim())).filter((text) => text !== '')
  const caption = escaped([section, ...(heads.length === 0 ? [] : [heads.join(', ')])].join(': '))
  const table = `<table><caption class="visually-hidden">${caption}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`
  return `<div class="scroll" role="group" tabindex="0" aria-label="${caption}">${table}</div>\n`
}

/** The first paragraph that is a sentence. */
function summaryOf(text: string): string {
  const paragraph = text
    .split(/\n\s*\n/)
    .map((each) => plainText(each.replaceAll(/\s+/g, ' ').trim()))
    .find((each) => /^[\p{L}\p{N}`]/u.test(each) && /[.:]( |$)/.test(each))
  const said = paragraph ?? ''
  return said.length <= SUMMARY ? said : `${said.slice(0, said.lastIndexOf(' ', SUMMARY))}…`
}
