import type { plain as english } from '../en/plain.ts'
import type { Translation } from '../message.ts'

export const plain: Translation<typeof english> = {
  reload: '重新加载',
  lookAgain: '请查看现场的大屏幕，然后重试。',
  pageTroubled: '现在无法显示此页面',
  pollMayBeGone: '它可能尚未开始，或已被删除。',
  place: '第 {place} 位',
  noOption: '无',
  accessCodeReason: '此房间需要访问码。如果此设备尚未使用过，请输入。',
  accountReason: '在此房间中需用账号投票。请先在支持 JavaScript 的页面上登录。',
  earlierCounts: '目前计入的是你之前的回答。',
  countedAnew: '已计入。现在计入的是你的新回答。',
  countedBefore: '已计入。你的回答与之前相同。',
  answer: '回答',
  refusedNoCookie: '投票未计入，因为服务器无法识别此浏览器。请允许此页面使用 Cookie，然后重新投票。',
  refusedAnswer: '这里不能这样回答。请重新选择。',
  refusedFewAnswers: '你的回答太少，投票未计入。',
  refusedManyAnswers: '你的回答太多，投票未计入。'
}
