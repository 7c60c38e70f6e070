import type { plain as english } from '../en/plain.ts'
import type { Translation } from '../message.ts'

export const plain: Translation<typeof english> = {
  reload: 'Neu laden',
  lookAgain: 'Sehen Sie auf den Bildschirm im Saal und versuchen Sie es noch einmal.',
  pageTroubled: 'Diese Seite kann jetzt nicht gezeigt werden',
  pollMayBeGone: 'Vielleicht ist sie noch nicht geöffnet, oder sie wurde gelöscht.',
  place: 'Platz {place}',
  noOption: 'Keine',
  accessCodeReason: 'Dieser Raum verlangt einen Zugangscode. Geben Sie ihn ein, wenn dieses Gerät ihn noch nicht verwendet hat.',
  accountReason: 'In diesem Raum stimmen Sie mit Ihrem Konto ab. Melden Sie sich zuerst auf einer Seite mit JavaScript an.',
  earlierCounts: 'Ihre frühere Antwort zählt.',
  countedAnew: 'Gezählt. Ihre neue Antwort zählt.',
  countedBefore: 'Gezählt. Ihre Antwort ist dieselbe wie vorher.',
  answer: 'Antwort',
  refusedNoCookie: 'Die Stimme wurde nicht gezählt, weil der Server diesen Browser nicht kennt. Erlauben Sie Cookies für diese Seite und stimmen Sie noch einmal ab.',
  refusedAnswer: 'Diese Antwort ist hier nicht möglich. Wählen Sie noch einmal.',
  refusedFewAnswers: 'Sie haben zu wenige Antworten gegeben. Ihre Stimme wurde nicht gezählt.',
  refusedManyAnswers: 'Sie haben zu viele Antworten gegeben. Ihre Stimme wurde nicht gezählt.'
}
