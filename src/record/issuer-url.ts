/** Tells whether nobody on the way can change what is read there: by https, or on this machine. */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) {
    return false
  }
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname))
}

/** An issuer (OpenID Connect Discovery 1.0, 3): a URL without query and fragment. */
export const isIssuer = (text: string): boolean => isSecureUrl(text) && !/[?#@\s]/.test(text)
