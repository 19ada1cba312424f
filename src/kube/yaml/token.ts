export type TokenType =
  | 'version-directive'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'stream-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | '-'
  | '?'
  | ':'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'

export type Token = {
  type: TokenType
  /** Offset into the text. */
  at: number
  /** Of a scalar its text, of an alias or anchor its name, of a tag its handle. */
  value: string
  /** Of a tag what follows its handle; of a directive its prefix. */
  suffix: string
  /** A scalar without quotes or indicator. */
  plain: boolean
}

export const token = (type: TokenType, at: number, value = '', plain = false, suffix = ''): Token => ({
  type,
  at,
  value,
  suffix,
  plain,
})
