import type { Rule } from './rule.ts'
import { podsNotReady } from './rules/pods-not-ready.ts'
import { selectorMatchesNoPods } from './rules/selector-matches-no-pods.ts'

/** From the workload outwards: equally sure findings are shown in this order. */
export const RULES: readonly Rule[] = [selectorMatchesNoPods, podsNotReady]
