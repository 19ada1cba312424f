/**
 * `ok`; `remark`: it works, and somebody may wonder; `wrong`: it does not, and something is to be done; `none`: it is
 * not there, and need not be.
 */
export type State = 'ok' | 'remark' | 'wrong' | 'none'

/** Tells what was looked at, what was found, and what to do; `todo` is null if there is nothing to do. */
export type Line = { name: string; state: State; says: string; todo: string | null }

export const line = (state: State, name: string, says: string, todo: string | null = null): Line => ({
  ...{ name, state, says, todo },
})
