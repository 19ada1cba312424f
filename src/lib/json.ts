/**
 * These characters stand only within strings of JSON, and a log that shows them would act on them: two number signs
 * (`##[error]` and `##vso[` are commands to runners of CI systems anywhere in a line), two brackets before a word that
 * has a file attached to a test case, the control characters that JSON leaves as they are, and what hides text or turns
 * it around.
 */
const LOUD =
  /(?<=#)#|(?<=\[)\[(?=(?:ATTACHMENT|PROPERTY)\|)|[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gi

/** One line of JSON that a log may show. Every reader of JSON reads the same as of `JSON.stringify`. */
export const quietJson = (value: unknown, replacer?: (key: string, value: unknown) => unknown): string =>
  JSON.stringify(value, replacer).replace(LOUD, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
