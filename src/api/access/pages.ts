/** The pages of the login, as they come from the server: no script, nothing from elsewhere. */
import { html } from 'hono/html'
import type { ApiContext } from '../route.ts'
import { HOME } from './own-path.ts'

/** Nothing runs. The styles are those of the pages, where this server has any; without them it can be read as well. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

export type LoginPage = {
  /** Says what has gone wrong; null if nothing has. */
  alert: string | null
  /** The name of the person who is logged in; null if nobody is. */
  name: string | null
  /** The issuer at which one may log in. */
  issuer: string | null
  /** The claims of a valid token that fits no rule, so that an administrator can be told what to allow. */
  claims: readonly (readonly [string, string])[]
  /** The path to go to after the login. */
  next: string
}

export type PageStatus = 200 | 400 | 401 | 403 | 413 | 415 | 429 | 503

/** Answers with the page on which one logs in, whatever has happened before. */
export function answerLoginPage(context: ApiContext, page: Partial<LoginPage>, status: PageStatus = 200) {
  const { alert = null, name = null, issuer = null, claims = [], next = '/' } = page
  context.header('content-security-policy', POLICY)
  context.header('cache-control', 'no-store')
  // Without this a browser would not say which page a form comes from, and the form would be refused.
  context.header('referrer-policy', 'same-origin')
  return context.html(
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in - Portolan</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/site.css">
</head>
<body>
<header class="site"><a class="brand" href="/">Portolan</a></header>
<main class="login">
<h1>Log in</h1>
${alert === null ? '' : html`<p role="alert">${alert}</p>`}
${
  claims.length === 0
    ? ''
    : html`<h2>What the identity provider says of you</h2>
<dl>${claims.map(([claim, value]) => html`<dt>${claim}</dt><dd>${value}</dd>`)}</dl>`
}
${
  name === null
    ? ''
    : html`<p>You are logged in as ${name}.</p>
<form method="post" action="/logout"><button>Log out</button></form>`
}
${issuer === null ? '' : html`<p><a href="/login/oidc${next === HOME ? '' : `?next=${encodeURIComponent(next)}`}">Sign in with ${new URL(issuer).host}</a></p>`}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<div class="field">
<label for="token">Token</label>
<p class="hint" id="token-hint">One that somebody has made for you: pt_ and 33 characters, or a signed token (JWT).</p>
<input id="token" name="token" type="password" autocomplete="current-password" autocapitalize="off" spellcheck="false" required aria-describedby="token-hint">
</div>
<button class="main">Log in</button>
</form>
</main>
</body>
</html>
`,
    status,
  )
}
