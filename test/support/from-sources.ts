/** The arguments by which Node runs a program of ours from its sources, pages among them: `...FROM_SOURCES, file`. */
export const FROM_SOURCES: readonly string[] = ['--import', new URL('../../scripts/jsx.ts', import.meta.url).href]
