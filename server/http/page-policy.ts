import type { FastifyReply } from 'fastify'

/** Changes one directive of the policy that this page already has. */
export function setPolicy (reply: FastifyReply, directive: 'frame-ancestors' | 'style-src', change: (sources: string[]) => readonly string[]): void {
  const policy = String(reply.getHeader('content-security-policy') ?? '')
  reply.header('content-security-policy', policy.replace(new RegExp(`${directive} ([^;]*)`), (_, sources: string) => [directive, ...change(sources.split(' '))].join(' ')))
}
