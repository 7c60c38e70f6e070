/** Words by the language's plural category of `{count}`. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

/** What a catalogue holds: texts with `{placeholders}`, and texts that depend on a count. */
export type Messages = Readonly<Record<string, string | Plural>>

/** The same texts in another language: each one, and no other. */
export type Translation<M extends Messages> = { readonly [Key in keyof M]: M[Key] extends string ? string : Plural }

type PlaceholderIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholderIn<Rest> : never
type TextOf<M extends string | Plural> = M extends string ? M : M extends { other: infer Other extends string } ? Other : never

/** What a message needs beside its key. */
export type Values<M extends string | Plural> = [PlaceholderIn<TextOf<M>>] extends [never]
  ? []
  : [values: Readonly<Record<PlaceholderIn<TextOf<M>>, string | number>>]
