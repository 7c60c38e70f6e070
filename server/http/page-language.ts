import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { isPageLanguage, languages, type PageLanguage } from '../protocol/languages.ts'

const cookieName = 'plenum_language'
const cookieSeconds = 365 * 24 * 60 * 60
const tags = Object.keys(languages)

/**
 * The language in which a person sees a page: `?lang=` of its address, which is kept for the next pages, else what was kept, else the
 * browser's, else English.
 */
export function chooseLanguage (request: FastifyRequest, reply: FastifyReply): PageLanguage {
  const asked = new URLSearchParams(request.url.split('?')[1]).get('lang')
  if (asked !== null && isPageLanguage(asked)) {
    reply.setCookie(cookieName, asked, { path: '/', httpOnly: true, sameSite: 'lax', secure: request.protocol === 'https', maxAge: cookieSeconds })
    return asked
  }
  const kept = request.cookies[cookieName]
  if (kept !== undefined && isPageLanguage(kept)) return kept
  const [preferred] = new Negotiator(request.raw).languages(tags)
  return preferred !== undefined && isPageLanguage(preferred) ? preferred : 'en'
}
