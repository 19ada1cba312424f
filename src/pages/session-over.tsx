/** Answers a form that is sent after its session has ended, so that nothing that was typed is lost. */
import { NEXT_MAX } from '../api/access/own-path.ts'
import { withBody } from '../api/body.ts'
import type { ApiContext } from '../api/route.ts'
import { ProblemError } from '../lib/problem.ts'
import { answerPage, pathOf } from './page.tsx'

/** Larger forms are not sent back, as a sender who is not logged in must not make this server hold much. */
const KEPT_MAX_BYTES = 512 * 1024

/** The address of the login, from which one comes back to `next`. */
export const loginPath = (next: string): string =>
  next.length > NEXT_MAX ? '/login' : `/login?next=${encodeURIComponent(next)}`

export async function answerSessionOver(context: ApiContext, detail: string): Promise<Response> {
  const fields = await sentFields(context)
  return answerPage(
    context,
    { title: 'Log in again', status: 401 },
    <>
      <h1>You are no longer logged in</h1>
      <p>Nothing was changed. A session ends after 12 hours without a request, or when its token ends.</p>
      {fields === null ? (
        <p>
          <a href="/login">Log in</a>, and use the back button to return to what you typed.{' '}
          <span class="quiet">{detail}</span>
        </p>
      ) : (
        <>
          <p>What you typed is kept on this page:</p>
          <ol>
            <li>
              <a href="/login" target="_blank" rel="noopener">
                Log in on another page
              </a>
              , and come back to this one.
            </li>
            <li>
              <form method="post" action={pathOf(context)}>
                {fields.map(([name, value]) => (
                  // As a text field, since an input has no line ends
                  <textarea name={name} hidden readonly>
                    {`\n${value.replaceAll('\r\n', '\n')}`}
                  </textarea>
                ))}
                <button type="submit" class="main">
                  Send it again
                </button>
              </form>
            </li>
          </ol>
        </>
      )}
    </>,
  )
}

/** `null`: it was no form, or one that is too large to be sent back. */
async function sentFields(context: ApiContext): Promise<[string, string][] | null> {
  try {
    return await withBody(context, ['form'], async ({ text }) => [...new URLSearchParams(text)], KEPT_MAX_BYTES)
  } catch (error) {
    if (error instanceof ProblemError) {
      return null
    }
    throw error
  }
}
