import type { plain as english } from '../en/plain.ts'
import type { Translation } from '../message.ts'

export const plain: Translation<typeof english> = {
  reload: 'Volver a cargar',
  lookAgain: 'Mire la pantalla delante del público e inténtelo de nuevo.',
  pageTroubled: 'Esta página no se puede mostrar ahora',
  pollMayBeGone: 'Puede que aún no esté abierta o que se haya eliminado.',
  place: 'Puesto {place}',
  noOption: 'Ninguna',
  accessCodeReason: 'Esta sala pide un código de acceso. Escríbalo, salvo que este dispositivo ya lo haya usado.',
  accountReason: 'En esta sala se vota con una cuenta. Inicie sesión primero en una página con JavaScript.',
  earlierCounts: 'Cuenta su respuesta anterior.',
  countedAnew: 'Contado. Cuenta su nueva respuesta.',
  countedBefore: 'Contado. Su respuesta es la misma que antes.',
  answer: 'Respuesta',
  refusedNoCookie: 'El voto no se contó porque el servidor no reconoce este navegador. Permita las cookies en esta página y vote de nuevo.',
  refusedAnswer: 'Esta respuesta no es posible aquí. Elija de nuevo.',
  refusedFewAnswers: 'Ha dado muy pocas respuestas. Su voto no se contó.',
  refusedManyAnswers: 'Ha dado demasiadas respuestas. Su voto no se contó.'
}
