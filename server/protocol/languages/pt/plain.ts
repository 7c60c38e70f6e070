import type { plain as english } from '../en/plain.ts'
import type { Translation } from '../message.ts'

export const plain: Translation<typeof english> = {
  reload: 'Recarregar',
  lookAgain: 'Olhe para o telão e tente de novo.',
  pageTroubled: 'Não é possível mostrar esta página agora',
  pollMayBeGone: 'Talvez ela ainda não tenha sido aberta, ou foi excluída.',
  place: 'Posição {place}',
  noOption: 'Nenhuma',
  accessCodeReason: 'Esta sala pede um código de acesso. Digite-o, a menos que este aparelho já o tenha usado.',
  accountReason: 'Nesta sala, você vota com sua conta. Primeiro entre na conta em uma página com JavaScript.',
  earlierCounts: 'Sua resposta anterior está valendo.',
  countedAnew: 'Contado. Sua nova resposta está valendo.',
  countedBefore: 'Contado. Sua resposta é a mesma de antes.',
  answer: 'Resposta',
  refusedNoCookie: 'O voto não foi contado porque o servidor não reconhece este navegador. Permita cookies nesta página e vote de novo.',
  refusedAnswer: 'Esta resposta não é possível aqui. Escolha de novo.',
  refusedFewAnswers: 'Você deu respostas de menos. Seu voto não foi contado.',
  refusedManyAnswers: 'Você deu respostas demais. Seu voto não foi contado.'
}
