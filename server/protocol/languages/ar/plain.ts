import type { plain as english } from '../en/plain.ts'
import type { Translation } from '../message.ts'

export const plain: Translation<typeof english> = {
  reload: 'إعادة التحميل',
  lookAgain: 'انظر إلى الشاشة في القاعة ثم حاول مرة أخرى.',
  pageTroubled: 'لا يمكن عرض هذه الصفحة الآن',
  pollMayBeGone: 'ربما لم يُفتح بعد، أو تم حذفه.',
  place: 'المرتبة {place}',
  noOption: 'لا شيء',
  accessCodeReason: 'تطلب هذه الغرفة رمز دخول. اكتبه إن لم يستخدمه هذا الجهاز من قبل.',
  accountReason: 'التصويت في هذه الغرفة يكون بحسابك. سجّل الدخول أولًا في صفحة تعمل بجافاسكريبت.',
  earlierCounts: 'إجابتك السابقة محتسبة.',
  countedAnew: 'تم الاحتساب. إجابتك الجديدة محتسبة.',
  countedBefore: 'تم الاحتساب. إجابتك هي نفسها كما كانت.',
  answer: 'الإجابة',
  refusedNoCookie: 'لم يُحتسب الصوت لأن الخادم لا يعرف هذا المتصفح. اسمح بملفات تعريف الارتباط لهذه الصفحة، ثم صوّت مرة أخرى.',
  refusedAnswer: 'هذه الإجابة غير ممكنة هنا. اختر مرة أخرى.',
  refusedFewAnswers: 'عدد إجاباتك أقل من المطلوب. لم يُحتسب صوتك.',
  refusedManyAnswers: 'عدد إجاباتك أكثر من المسموح. لم يُحتسب صوتك.'
}
