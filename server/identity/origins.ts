export type OriginCheck = (origin: string | undefined, host: string | undefined) => boolean

/**
 * Whether a page of this origin may act with our cookies: our own pages, the listed origins, and whatever sends no Origin (it is not
 * a browser). Without a public address our own origin is the host that the request itself was sent to.
 */
export function createOriginCheck ({ publicUrl, allowedOrigins }: { publicUrl: string | undefined, allowedOrigins: readonly string[] }): OriginCheck {
  const listed = new Set(allowedOrigins.map((origin) => origin.replace(/\/$/, '')))
  if (publicUrl !== undefined) listed.add(new URL(publicUrl).origin)
  return (origin, host) => {
    if (origin === undefined || listed.has(origin)) return true
    return publicUrl === undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host
  }
}
