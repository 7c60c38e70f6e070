import type { plain as english } from '../en/plain.ts'
import type { Translation } from '../message.ts'

export const plain: Translation<typeof english> = {
  reload: 'Recharger',
  lookAgain: 'Regardez l’écran devant le public et réessayez.',
  pageTroubled: 'Cette page ne peut pas être affichée maintenant',
  pollMayBeGone: 'Il n’est peut-être pas encore ouvert, ou il a été supprimé.',
  place: 'Position {place}',
  noOption: 'Aucune',
  accessCodeReason: 'Cette salle demande un code d’accès. Saisissez-le, sauf si cet appareil l’a déjà utilisé.',
  accountReason: 'Dans cette salle, vous votez avec votre compte. Connectez-vous d’abord sur une page avec JavaScript.',
  earlierCounts: 'Votre réponse précédente compte.',
  countedAnew: 'Compté. Votre nouvelle réponse compte.',
  countedBefore: 'Compté. Votre réponse est la même qu’avant.',
  answer: 'Réponse',
  refusedNoCookie: 'Le vote n’a pas été compté, car le serveur ne reconnaît pas ce navigateur. Autorisez les cookies pour cette page, puis votez à nouveau.',
  refusedAnswer: 'Cette réponse n’est pas possible ici. Choisissez à nouveau.',
  refusedFewAnswers: 'Vous avez donné trop peu de réponses. Votre vote n’a pas été compté.',
  refusedManyAnswers: 'Vous avez donné trop de réponses. Votre vote n’a pas été compté.'
}
