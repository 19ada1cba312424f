/**
 * Characters that turn others around (Trojan Source, CVE-2021-42574) or are not seen. Joiners and the marks of
 * direction alone are left: words of some scripts, and emoji, are made with them.
 */
const HIDING = /[\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]/g

/** Matches a typed text, a tag, or the text between tags, of which only the last is spelled out. */
const PARTS = /<textarea[\s\S]*?<\/textarea>|<[^>]*>|[^<]+/g

/**
 * Spells out, as `\u{202e}`, what hides in the texts of a page: names are chosen by others, and none is to look like
 * another. Fields of forms are left, since what is spelled out there would be sent back.
 *
 * @param html of `hono/jsx`, which leaves no `<` or `>` in a text or an attribute.
 */
export const unhidden = (html: string): string =>
  html.search(HIDING) < 0 ? html : html.replace(PARTS, (part) => (part.startsWith('<') ? part : spelledOut(part)))

const spelledOut = (text: string): string =>
  text.replace(HIDING, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
