import type { Messages, Translation, Values } from './languages/message.ts'

export type Translator<M extends Messages> = <Key extends keyof M & string>(key: Key, ...values: Values<M[Key]>) => string

/** Looks texts up in one language; numbers are written as there. */
export function createTranslator<M extends Messages> (messages: Translation<M>, language: string): Translator<M> {
  const plurals = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(language)

  return (key, ...[values = {}]) => {
    const message = messages[key]
    const given: Readonly<Record<string, string | number>> = values
    const text = typeof message === 'string' ? message : message[plurals.select(Number(given.count))] ?? message.other
    return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
      const value = given[name]
      return typeof value === 'number' ? numbers.format(value) : value ?? placeholder
    })
  }
}
