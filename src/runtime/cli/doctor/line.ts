/**
 * `ok`; `remark`: it works, and somebody may wonder; `wrong`: it does not, and something is to be done; `none`: it is not
 * there, and need not be.
 */
export type State = 'ok' | 'remark' | 'wrong' | 'none'

/** What was looked at, what came of it, and what to do. */
export type Line = { name: string; state: State; says: string; todo: string | null }

export const line = (state: State, name: string, says: string, todo: string | null = null): Line => ({
  ...{ name, state, says, todo },
})
