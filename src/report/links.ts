/**
 * Links of reports. A report is read far from the server that made it, so its links are whole when the server knows its
 * address (`PORTOLAN_PUBLIC_URL`); else they are paths, and `$PORTOLAN` stands for the address.
 *
 * @module
 */
export type Links = {
  /** A page of the documentation, by its path in the repository. */
  page(path: string): string
  /** The URL that curl is given for a path of the API. */
  api(path: string): string
  /** The same for those who click; `null`: there is no address to click on. */
  open(path: string): string | null
}

export const RELATIVE: Links = { page: (path) => path, api: (path) => `$PORTOLAN${path}`, open: () => null }

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
