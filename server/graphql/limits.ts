import { Kind, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql'
import { PlenumError } from '../protocol/problem.ts'

const maxDepth = 7
const maxAliases = 15
// A hundred polls with all that there is of them stay well below it.
const maxCost = 10_000
const maxVotes = 1

/** Tokens of a document: what is parsed, and compared with everything else in it, before it can be refused. */
export const maxTokens = 600

// What is no longer in memory is read from storage, each by itself.
const storedCost = 250

interface Measure { depth: number, cost: number, aliases: number, votes: number }

const nothing: Measure = { depth: 0, cost: 0, aliases: 0, votes: 0 }
const votingFields = new Set(['castVote', 'withdrawVote'])
const introspectionFields = new Set(['__schema', '__type'])

/** Throws validation_failed for a document that asks for too much in any of its operations. Looks at what is written, not at values. */
export function checkLimits (document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const measureFragment = createFragmentMeasure(fragments)
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const { depth, cost, aliases, votes } = measureSelections(definition.selectionSet, measureFragment)
    refuseAbove(maxDepth, depth, 'levels')
    refuseAbove(maxAliases, aliases, 'aliases')
    refuseAbove(maxVotes, votes, 'votes in one operation')
    refuseAbove(maxCost, cost, 'as its cost (fields, times the length of lists)')
  }
}

function refuseAbove (limit: number, measured: number, what: string): void {
  if (measured > limit) throw new PlenumError('validation_failed', { detail: `The operation has ${measured} ${what}; at most ${limit} are allowed.` })
}

type FragmentMeasure = (name: string) => Measure

/** Each fragment is measured once, however often it is spread. One that contains itself is no valid document and counts nothing. */
function createFragmentMeasure (fragments: ReadonlyMap<string, FragmentDefinitionNode>): FragmentMeasure {
  const known = new Map<string, Measure>()
  return function measureFragment (name) {
    const held = known.get(name)
    if (held !== undefined) return held
    known.set(name, nothing)
    const fragment = fragments.get(name)
    const measure = fragment === undefined ? nothing : measureSelections(fragment.selectionSet, measureFragment)
    known.set(name, measure)
    return measure
  }
}

function measureSelections ({ selections }: SelectionSetNode, measureFragment: FragmentMeasure): Measure {
  const total = { ...nothing }
  for (const selection of selections) {
    const part = selection.kind === Kind.FIELD
      ? measureField(selection, measureFragment)
      : selection.kind === Kind.FRAGMENT_SPREAD ? measureFragment(selection.name.value) : measureSelections(selection.selectionSet, measureFragment)
    total.depth = Math.max(total.depth, part.depth)
    total.cost += part.cost
    total.aliases += part.aliases
    total.votes += part.votes
  }
  return total
}

function measureField (field: FieldNode, measureFragment: FragmentMeasure): Measure {
  const name = field.name.value
  const inside = field.selectionSet === undefined ? nothing : measureSelections(field.selectionSet, measureFragment)
  return {
    // A description of the schema is deep by nature, and the library limits it by itself.
    depth: introspectionFields.has(name) ? 1 : 1 + inside.depth,
    cost: ownCost(field) + lengthOf(field) * inside.cost,
    aliases: (field.alias === undefined ? 0 : 1) + inside.aliases,
    votes: (votingFields.has(name) ? 1 : 0) + inside.votes
  }
}

function ownCost ({ name, arguments: given = [] }: FieldNode): number {
  const isPast = name.value === 'results' && given.some((argument) => ['round', 'version'].includes(argument.name.value))
  return isPast || ['timeline', 'rounds', 'questions'].includes(name.value) ? storedCost : 1
}

/** Of a list's argument for its length: what it is without it, and what it is at most. */
const lists: Readonly<Record<string, { argument: string, usual: number, most: number }>> = {
  ...Object.fromEntries(['rooms', 'polls', 'rounds', 'questions'].map((name) => [name, { argument: 'limit', usual: 20, most: 100 }])),
  timeline: { argument: 'points', usual: 100, most: 500 }
}

/** How often what is inside a field is resolved. */
function lengthOf ({ name, arguments: given = [] }: FieldNode): number {
  if (name.value === 'options') return 10
  const list = Object.hasOwn(lists, name.value) ? lists[name.value] : undefined
  if (list === undefined) return 1
  const length = given.find((argument) => argument.name.value === list.argument)?.value
  if (length === undefined) return list.usual
  const isWritten = length.kind === Kind.INT && Number(length.value) <= list.most
  return isWritten ? Math.max(1, Number(length.value)) : list.most
}
