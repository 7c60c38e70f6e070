import { Type, type TSchema } from 'typebox'

interface TypeDefinition {
  name: string
  schema: TSchema
  isInput?: boolean
  /** Fields that only GraphQL has, as lines of its language. */
  furtherFields?: string[]
}

/**
 * GraphQL's type definitions of bodies, from the schemas that REST has: a field that one of them gains, both have. What GraphQL cannot
 * say (a map, a form that depends on the poll's kind) is the scalar JSON.
 */
export function defineTypes (enums: Record<string, TSchema>, definitions: TypeDefinition[]): string {
  const enumNames = new Map(Object.entries(enums).map(([name, schema]) => [(literalsOf(schema) ?? []).join(' '), name]))
  const blocks = Object.entries(enums).map(([name, schema]) => `enum ${name} { ${(literalsOf(schema) ?? []).join(' ')} }`)

  function define ({ name, schema, isInput = false, furtherFields = [] }: TypeDefinition): void {
    if (!Type.IsObject(schema)) throw new TypeError(`${name} is not an object`)
    const fields = Object.entries(schema.properties).map(([field, itsSchema]) => `  ${field}: ${typeOf(itsSchema, `${name}${capitalize(field)}`, isInput)}`)
    blocks.push([`${isInput ? 'input' : 'type'} ${name}${isInput ? 'Input' : ''} {`, ...fields, ...furtherFields.map((line) => `  ${line}`), '}'].join('\n'))
  }

  /** @param path names an object that has no name of its own */
  function typeOf (schema: TSchema, path: string, isInput: boolean): string {
    const { inner, isNullable } = withoutNull(schema)
    return `${bareTypeOf(inner, path, isInput)}${isNullable || Type.IsOptional(schema) ? '' : '!'}`
  }

  function bareTypeOf (schema: TSchema, path: string, isInput: boolean): string {
    if (Type.IsString(schema)) return 'format' in schema && schema.format === 'uuid' ? 'ID' : 'String'
    if (Type.IsInteger(schema)) return 'Int'
    if (Type.IsNumber(schema)) return 'Float'
    if (Type.IsBoolean(schema)) return 'Boolean'
    if (Type.IsArray(schema)) return `[${typeOf(schema.items, path.replace(/s$/, ''), isInput)}]`
    if (Type.IsObject(schema)) {
      define({ name: path, schema, isInput })
      return isInput ? `${path}Input` : path
    }
    const literals = literalsOf(schema)
    return literals === undefined ? 'JSON' : enumNames.get(literals.join(' ')) ?? 'String'
  }

  definitions.forEach(define)
  return blocks.join('\n')
}

function withoutNull (schema: TSchema): { inner: TSchema, isNullable: boolean } {
  if (!Type.IsUnion(schema)) return { inner: schema, isNullable: false }
  const [inner, ...others] = schema.anyOf.filter((part) => !Type.IsNull(part))
  const isNullable = others.length + 1 < schema.anyOf.length
  return { inner: inner === undefined || others.length > 0 ? schema : inner, isNullable }
}

/** The texts that a schema allows, when it allows nothing else. */
function literalsOf (schema: TSchema): string[] | undefined {
  const parts = Type.IsUnion(schema) ? schema.anyOf.filter((part) => !Type.IsNull(part)) : [schema]
  const texts = parts.flatMap((part) => Type.IsLiteral(part) && typeof part.const === 'string' ? [part.const] : [])
  return texts.length === parts.length ? texts : undefined
}

function capitalize (name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
