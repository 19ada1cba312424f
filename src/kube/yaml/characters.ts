/** Classes of characters by UTF-16 code; `NaN` (past the end) counts as the end of the text. */

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const NEL = 0x85
const LS = 0x2028
const PS = 0x2029

export const isBlank = (code: number): boolean => code === SPACE || code === TAB

/** YAML 1.1 counts NEL, LS and PS as line breaks too. */
export const isBreak = (code: number): boolean =>
  code === LF || code === CR || (code >= NEL && (code === NEL || code === LS || code === PS))

export const isEnd = (code: number): boolean => Number.isNaN(code)
export const isBreakOrEnd = (code: number): boolean => isBreak(code) || isEnd(code)
export const isBlankOrEnd = (code: number): boolean => isBlank(code) || isBreak(code) || isEnd(code)

export const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Names of anchors, directives and handles of tags consist of letters, digits, `_` and `-`. */
export const isWord = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 45
