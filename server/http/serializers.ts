import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

const buildCompiler = SerializerSelector()

/** Fastify's own serializers, each made when it is first used: to make those of all answers of all routes was a fifth of a start. */
export const buildSerializer: typeof buildCompiler = (externalSchemas, options) => {
  const compile = buildCompiler(externalSchemas, options)
  return (route) => {
    let serialize: ReturnType<typeof compile> | undefined
    return (body) => (serialize ??= compile(route))(body)
  }
}
