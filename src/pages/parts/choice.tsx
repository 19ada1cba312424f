import type { PropsWithChildren } from 'hono/jsx'
import type { FieldErrors } from './field.tsx'

type Option = { value: string; text: string; isChosen: boolean; hint?: string }

/** Several to choose from under one heading: with `isOne` one of them, else as many as there are. */
export function Choices({
  name,
  legend,
  hint,
  options,
  errors = [],
  isOne = false,
}: {
  name: string
  legend: string
  hint?: string
  options: readonly Option[]
  errors?: FieldErrors
  isOne?: boolean
}) {
  const described = [hint === undefined ? '' : `${name}-hint`, errors.length === 0 ? '' : `${name}-error`].filter(
    (id) => id !== '',
  )
  return (
    <fieldset
      id={name}
      tabindex={-1}
      class={errors.length > 0 ? 'field wrong' : 'field'}
      aria-describedby={described.length === 0 ? undefined : described.join(' ')}
    >
      <legend>{legend}</legend>
      {hint === undefined ? null : (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {errors.length === 0 ? null : (
        <p class="error" id={`${name}-error`}>
          {errors.map(({ detail }) => detail).join(' ')}
        </p>
      )}
      {options.map(({ value, text, isChosen, hint: about }) => (
        <label class="choice">
          <input type={isOne ? 'radio' : 'checkbox'} name={name} value={value} checked={isChosen} />
          <span>
            {text}
            {about === undefined ? null : <span class="quiet"> {about}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

/** One thing that is so or not. */
export const Tick = ({ name, isOn, children }: PropsWithChildren<{ name: string; isOn: boolean }>) => (
  <p class="field">
    <label class="choice">
      <input type="checkbox" name={name} value="on" checked={isOn} id={name} />
      <span>{children}</span>
    </label>
  </p>
)
