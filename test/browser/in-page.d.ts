/** The functions of `in-page.js`, for Node, which knows no DOM. */
export function tellViolations(tell: string): void
export function runAxe<Results>(options: unknown): Promise<Results>
export function tooWide(): Promise<string[]>
export function madeUp(beacon: string): string[]
export function payloadsShown(): number[]
export function placesShown(): string[]
export function hiding(): string[]
export type Focused = {
  at: number
  tag: string
  name: string
  html: string
  isCovered: boolean
  isFramed: boolean
  isSeen: boolean
}
export function focused(): Focused | null
export function focusedAmong(selector: string): number
export type LedTo = { id: string; text: string; isSeen: boolean; isMarked: boolean }
export function ledTo(): LedTo | null
export function seen(selector: string): string[]
export function useless(buttons: unknown[]): string[]
export function groundOf(): number
export function paste(field: unknown, text: string): void
export function cutOff(): string[]
export function mute(selector: string): string[]
export function lostSigns(): string[]
export function moving(): string[]
export function enlarge(): void
