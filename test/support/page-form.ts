/** Reads forms out of pages, and fills them in as a browser does, without one. */
import { type Html, openPage, textOf } from './html.ts'
import type { TestPortolan } from './portolan.ts'

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const unescaped = (html: string): string =>
  html.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')

const attributeOf = (tag: string, name: string): string | null => {
  const found = new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s/>])`).exec(tag)
  return found === null ? null : unescaped(found[1] ?? '')
}

export type PageForm = { action: string; fields: [string, string][]; html: string }

/** The forms of a page, with what a browser would send of each as it stands. */
export function formsOf(html: string): PageForm[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, head = '', inner = '']) => {
    const fields: [string, string][] = []
    for (const [tag, text] of inner.matchAll(/<(?:input|textarea)\b[^>]*>(?:(?<=<textarea\b[^>]*>)([^<]*))?/g)) {
      const [name, type] = [attributeOf(tag, 'name'), attributeOf(tag, 'type')]
      const isTicked = type === 'checkbox' || type === 'radio' ? attributeOf(tag, 'checked') !== null : true
      if (name !== null && isTicked) {
        fields.push([
          name,
          tag.startsWith('<textarea') ? unescaped(text ?? '').replace(/^\n/, '') : (attributeOf(tag, 'value') ?? ''),
        ])
      }
    }
    return { action: attributeOf(` ${head}>`, 'action') ?? '', fields, html: inner }
  })
}

/** The form that is posted there. */
export function formOf(html: string, action: string | RegExp): PageForm {
  const found = formsOf(html).find((form) =>
    typeof action === 'string' ? form.action === action : action.test(form.action),
  )
  if (found === undefined) {
    throw new Error(`no form is posted to ${action}: ${textOf(html).slice(0, 500)}`)
  }
  return found
}

/** What is sent of a form once some fields are filled in. A list: as many as there are; none: it is unticked. */
export function filled(form: PageForm, values: Readonly<Record<string, string | readonly string[]>> = {}): string {
  const kept = form.fields.filter(([name]) => !(name in values))
  const given = Object.entries(values).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  )
  const sent = new URLSearchParams()
  for (const [name, value] of [...kept, ...given]) {
    // A browser sends line ends so
    sent.append(name, value.replaceAll('\n', '\r\n'))
  }
  return String(sent)
}

/** The field of a form, with what is said of it; `null`: it is not there. */
export function fieldOf(html: string, id: string): { isWrong: boolean; error: string | null } | null {
  const tag = new RegExp(`<(?:input|textarea|fieldset)\\b[^>]*\\sid="${id}"[^>]*>`).exec(html)?.[0]
  if (tag === undefined) {
    return null
  }
  const described = (attributeOf(tag, 'aria-describedby') ?? '').split(' ')
  const error = described.includes(`${id}-error`)
    ? new RegExp(`id="${id}-error"[^>]*>(.*?)</p>`, 's').exec(html)?.[1]
    : undefined
  return {
    isWrong: attributeOf(tag, 'aria-invalid') === 'true' || error !== undefined,
    error: error === undefined ? null : textOf(error),
  }
}

/** Posts what a browser would, from a page of the server. */
export const postForm = (api: TestPortolan, path: string, body: string, init: RequestInit = {}): Promise<Html> =>
  openPage(api, path, {
    ...{ method: 'POST', body, ...init },
    headers: { origin: api.url, 'content-type': 'application/x-www-form-urlencoded', ...init.headers },
  })
