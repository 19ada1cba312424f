/**
 * A path on the origin that is dialled. Dot segments, however they are written, are undone by routers on the way, which
 * then lead elsewhere than the rule that the path was planned for (RFC 3986 5.2.4); `//host` is another authority to
 * some of them.
 */
export const PLAIN_PATH =
  /^(?!.*(?:[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\;?]|%2f|%5c|%3b|$))\/(?![/\\]|%2f|%5c)[\u0021\u0022\u0024-\u007e]*$/i
