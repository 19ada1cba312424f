import { isOpenedInBrowser, prefersHtml } from '../api/accept.ts'
import type { ProblemAnswer } from '../api/problem.ts'
import { type ApiContext, leadsToDocuments } from '../api/route.ts'
import { visible } from '../report/visible.ts'
import { answerPage, pathOf } from './page.tsx'
import { answerSessionOver, loginPath } from './session-over.tsx'

/**
 * Shows a problem as a page to whoever asks for HTML, and sends whoever is not known to the login. Where the API has
 * documents alone, that is a browser's navigation and nobody else (ADR 0088).
 *
 * @returns `null` where nobody asks for a page
 */
export function showProblem(context: ApiContext, { document, headers }: ProblemAnswer): Promise<Response> | null {
  const wantsPage = leadsToDocuments(context)
    ? isOpenedInBrowser(context.req)
    : prefersHtml(context.req.header('accept'))
  return wantsPage ? answerProblemPage(context, document, headers) : null
}

async function answerProblemPage(
  context: ApiContext,
  document: ProblemAnswer['document'],
  headers: ProblemAnswer['headers'],
): Promise<Response> {
  if (document.status === 401) {
    return context.req.method === 'GET'
      ? context.redirect(loginPath(pathOf(context)), 303)
      : answerSessionOver(context, document.detail)
  }
  const { status, title, detail, errors, code, requestId } = document
  const response = await answerPage(
    context,
    { title, status },
    <article class="problem">
      <h1>{title}</h1>
      <p>{visible(detail)}</p>
      {errors.length === 0 ? null : (
        <ul>
          {errors.map(({ pointer, detail: why }) => (
            <li>
              <code>{visible(pointer)}</code>: {visible(why)}
            </li>
          ))}
        </ul>
      )}
      <p class="quiet">
        {status} <a href={`/docs/errors/${code}`}>{code}</a>, request <code>{requestId}</code>
      </p>
      <p>
        <a href="/">All Services</a>
      </p>
    </article>,
  )
  for (const [name, value] of Object.entries(headers)) {
    response.headers.set(name, value)
  }
  return response
}
