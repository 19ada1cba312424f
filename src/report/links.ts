/**
 * Links of reports. A report is read far from the server that made it, so its links are whole when the server knows its
 * address (`PORTOLAN_PUBLIC_URL`); else they are paths, and `$PORTOLAN` stands for the address.
 *
 * @module
 */
export type Links = {
  /** A page of the documentation, by its path in the repository. */
  page(path: string): string
  /** The URL that curl is given for a path of the API; `null`: nobody can be asked any more. */
  api(path: string): string | null
  /** The same for those who click; `null`: there is no address to click on. */
  open(path: string): string | null
}

export const RELATIVE: Links = { page: (path) => path, api: (path) => `$PORTOLAN${path}`, open: () => null }

/** Links for a Portolan that ends with the program it is part of, so that its jobs cannot be read later. */
export const FOR_ONE_RUN: Links = { ...RELATIVE, api: () => null }

/**
 * The last sentences of a text report: what it is about, and how it is had again.
 *
 * @param what is a sentence without its full stop; empty: there is nothing to say.
 * @param path of the report in this format.
 */
export function againInText(what: string, path: string, links: Links): string[] {
  const url = links.api(path)
  const said = what === '' ? '' : `${what}. `
  return url === null
    ? [said.trimEnd()].filter((line) => line !== '')
    : [`${said}Fetch this report again:`, `  curl "${url}"`]
}

/** @param publicUrl an origin without a slash at its end; `null`: not known. */
export const linksTo = (publicUrl: string | null): Links =>
  publicUrl === null
    ? RELATIVE
    : {
        // Without its suffix the server shows a page to read; with it, some browsers save it as a file
        page: (path) => `${publicUrl}/${path.replace(/\.md$/, '')}`,
        api: (path) => publicUrl + path,
        open: (path) => publicUrl + path,
      }
