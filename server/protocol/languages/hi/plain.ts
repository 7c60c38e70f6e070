import type { plain as english } from '../en/plain.ts'
import type { Translation } from '../message.ts'

export const plain: Translation<typeof english> = {
  reload: 'फिर से लोड करें',
  lookAgain: 'हॉल की स्क्रीन देखें और फिर कोशिश करें।',
  pageTroubled: 'यह पेज अभी नहीं दिखाया जा सकता',
  pollMayBeGone: 'शायद वह अभी खुला नहीं है, या उसे हटा दिया गया है।',
  place: 'स्थान {place}',
  noOption: 'कोई नहीं',
  accessCodeReason: 'इस रूम में एक्सेस कोड चाहिए। अगर इस डिवाइस ने उसे पहले इस्तेमाल नहीं किया है, तो उसे लिखें।',
  accountReason: 'इस रूम में आप अपने खाते से वोट देते हैं। पहले JavaScript वाले पेज पर साइन इन करें।',
  earlierCounts: 'आपका पिछला जवाब गिना गया है।',
  countedAnew: 'गिना गया। आपका नया जवाब गिना गया है।',
  countedBefore: 'गिना गया। आपका जवाब पहले जैसा ही है।',
  answer: 'जवाब',
  refusedNoCookie: 'वोट गिना नहीं गया, क्योंकि सर्वर इस ब्राउज़र को नहीं पहचानता। इस पेज के लिए कुकी की अनुमति दें, फिर वोट दें।',
  refusedAnswer: 'यह जवाब यहाँ संभव नहीं है। फिर चुनें।',
  refusedFewAnswers: 'आपने बहुत कम जवाब दिए। आपका वोट गिना नहीं गया।',
  refusedManyAnswers: 'आपने बहुत ज़्यादा जवाब दिए। आपका वोट गिना नहीं गया।'
}
