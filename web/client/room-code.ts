/** The code in the page's own address: `/j/{code}` or `/present/{code}`. */
export function roomCodeFromPath (pathname: string): string {
  const segment = pathname.split('/')[2] ?? ''
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

export function joinAddress (origin: string, code: string): string {
  return `${origin}/j/${code}`
}

/** A name that means "this computer": no phone can reach it. */
export function isLoopback (hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname)
}

/** In the fragment, which no browser sends anywhere: neither logs nor a Referer can tell it. */
export function presenterTokenFromHash (hash: string): string | undefined {
  return /^#(presenter_[\w-]{22})$/.exec(hash)?.[1]
}
