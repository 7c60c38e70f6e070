import t from 'tap'
import { isPageLanguage, languages, type PageLanguage } from '../../server/protocol/languages.ts'
import { audienceCatalogues, plainCatalogues } from '../../server/protocol/languages/catalogues.ts'
import type { Messages } from '../../server/protocol/languages/message.ts'
import { createTranslator } from '../../server/protocol/translator.ts'
import { hostCatalogues } from '../../web/languages/catalogues.ts'

const placeholdersOf = (text: string) => Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name).sort()
const tags: PageLanguage[] = Object.keys(languages).filter(isPageLanguage)

for (const [name, catalogues] of Object.entries({ audience: audienceCatalogues, plain: plainCatalogues, host: hostCatalogues })) {
  t.test(`every language has every text of the ${name} pages, with what is filled in and with all its plurals`, async (t) => {
    const english: Messages = await catalogues.en()
    for (const language of tags) {
      const messages: Messages = await catalogues[language]()
      const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions()
      t.strictSame(Object.keys(messages), Object.keys(english), `${language}: the same texts in the same order`)
      const faults = Object.entries(messages).flatMap(([key, message]) => {
        const original = english[key] ?? ''
        const expected = placeholdersOf(typeof original === 'string' ? original : original.other)
        if (typeof message === 'string') return message.trim() === '' || !isSame(placeholdersOf(message), expected) ? [key] : []
        // A form for exactly one, two or none may do without its number.
        const isFilled = Object.entries(message).every(([category, text]) =>
          isSame(placeholdersOf(text), expected) || (['zero', 'one', 'two'].includes(category) && isSame(placeholdersOf(`${text}{count}`), expected)))
        return isFilled && isSame(Object.keys(message).sort(), [...pluralCategories].sort()) ? [] : [key]
      })
      t.strictSame(faults, [], `${language}: texts that lack a placeholder or a plural`)
    }
  })
}

t.test('texts are filled in with numbers and plurals of their language', async (t) => {
  const messages = { votes: { one: '{count} vote for {label}', other: '{count} votes for {label}' }, plain: 'No votes' } as const
  const say = createTranslator<typeof messages>(messages, 'en')
  t.equal(say('votes', { count: 1, label: '{count}' }), '1 vote for {count}', 'what is filled in is not filled in itself')
  t.equal(say('votes', { count: 12_345, label: 'tea' }), '12,345 votes for tea')
  t.equal(say('plain'), 'No votes')
  t.equal(createTranslator<typeof messages>(messages, 'de')('votes', { count: 12_345, label: 'tea' }), '12.345 votes for tea')
})

t.test('the pseudo-locale has every text, marked and longer', async (t) => {
  const english: Messages = await audienceCatalogues.en()
  const pseudo: Messages = await audienceCatalogues['en-XA']()
  t.strictSame(Object.keys(pseudo), Object.keys(english))
  const texts = Object.values(pseudo).flatMap((message) => typeof message === 'string' ? [message] : Object.values(message))
  t.ok(texts.every((text) => /^\[.+\]$/.test(text)))
  t.match(pseudo.joinAt, /\{host\}/)
})

function isSame (these: unknown[], those: unknown[]): boolean {
  return JSON.stringify(these) === JSON.stringify(those)
}
