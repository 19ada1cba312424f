/** A share of a budget. */
export type Room = {
  /**
   * Holds so much in all, more than before or the same.
   *
   * @returns `false` where there is not so much left; what was held before still is.
   */
  hold(amount: number): boolean
  /** Gives everything back. */
  leave(): void
}

export type Budget = { enter(): Room }

/** So much of something, shared by whoever enters. One who is alone may have what they ask for. */
export function createBudget(limit: number): Budget {
  let held = 0
  return {
    enter() {
      let own = 0
      return {
        hold(amount) {
          const others = held - own
          if (amount > own && others > 0 && others + amount > limit) {
            return false
          }
          held = others + Math.max(own, amount)
          own = Math.max(own, amount)
          return true
        },
        leave() {
          held -= own
          own = 0
        },
      }
    },
  }
}
