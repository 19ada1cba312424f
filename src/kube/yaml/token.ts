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
  /** The text of a scalar, the name of an alias or anchor, the handle of a tag. */
  value: string
  /** The part of a tag after its handle; the prefix of a directive. */
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
