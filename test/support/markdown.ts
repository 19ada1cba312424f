const OWN = ['<br>', '<details>', '</details>', '<summary>', '</summary>', '<code>', '</code>', '<!-- -->']

/** HTML in a rendered report that is not its own; inside code, where a reader shows it as it is, there is none. */
export function foreignTags(markdown: string): string[] {
  const outside = markdown.replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, '').replace(/`[^`\n]*`/g, '')
  return (outside.match(/<[^>]*>?/g) ?? []).filter((tag) => !OWN.includes(tag))
}
