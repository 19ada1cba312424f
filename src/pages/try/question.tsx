import { POSITIONS } from '../../plan/path.ts'
import { errorsOf, Field, type FieldErrors } from '../parts/field.tsx'
import { type Asked, markOf, PASTED_MAX_TEXT } from './asked.ts'
import { EXAMPLES } from './examples.ts'

const VANTAGES: Readonly<Record<(typeof POSITIONS)[number], string>> = {
  'in-cluster': 'inside the cluster',
  outside: 'outside the cluster',
  edge: 'at the edge, as on Workers',
}

export const FORM = 'try-form'

/** The form: what is pasted, and what is asked about it. */
export function Question({ asked, errors, hasPlan }: { asked: Asked; errors: FieldErrors; hasPlan: boolean }) {
  const vantage = errorsOf(errors, ['/vantage'])
  return (
    <form id={FORM} class="try" method="post" action="/try" enctype="multipart/form-data">
      {hasPlan ? <input type="hidden" name="planned" value={markOf(asked)} /> : null}
      <Field
        {...{ name: 'manifests', label: 'Manifests', rows: 18, errors }}
        pointers={['/target/manifests']}
        hint={`YAML or JSON: what kubectl get -o yaml, helm template or kustomize build print. At most ${PASTED_MAX_TEXT}.`}
        value={asked.isHidden ? '' : asked.text}
      />
      <div class="field">
        <label for="file">Or a file</label>
        <p class="hint" id="file-hint">
          It counts in place of what is pasted.
        </p>
        <input type="file" id="file" name="file" accept=".yaml,.yml,.json,text/*" aria-describedby="file-hint" />
      </div>
      <div class="options">
        <Field
          {...{ name: 'service', label: 'Service', errors, value: asked.service }}
          pointers={['/target/service']}
          hint="Needed if there are several."
        />
        <Field
          {...{ name: 'namespace', label: 'Namespace', errors, value: asked.namespace }}
          pointers={['/target/namespace']}
          hint="Used if the manifests name none."
        />
        <div class={vantage.length > 0 ? 'field wrong' : 'field'}>
          <label for="vantage">Seen from</label>
          <p class="hint" id="vantage-hint">
            {vantage.length > 0 ? vantage.map(({ detail }) => detail).join(' ') : 'What can be reached depends on it.'}
          </p>
          <select id="vantage" name="vantage" aria-describedby="vantage-hint">
            <option value="">where this server stands</option>
            {POSITIONS.map((each) => (
              <option value={each} selected={each === asked.vantage}>
                {VANTAGES[each]}
              </option>
            ))}
          </select>
        </div>
      </div>
      <p>
        <button class="main" type="submit">
          Show the plan
        </button>
      </p>
    </form>
  )
}

/** Links examples, for readers who have no manifests at hand. */
export function Examples({ of }: { of: string | null }) {
  return (
    <nav class="examples" aria-label="Examples">
      <p>Nothing at hand? Look at an example:</p>
      <ul>
        {EXAMPLES.map(({ id, text }) => (
          <li>
            <a href={`/try?example=${id}`} aria-current={id === of ? 'true' : undefined}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
