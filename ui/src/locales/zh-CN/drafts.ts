export default {
  restored: '接着上次没写完的。',
  start_over: '重新写',
  title: '没写完的',
  unfinished: '{what} 未完成',
  kinds: { visit: '走访', report: '报问题', correct: '更正资料', step: '处理问题', other: '表单' },
  row: '{kind} · {when}',
} as const
