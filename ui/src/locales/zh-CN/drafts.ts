export default {
  restored: '接着上次没写完的。',
  start_over: '重新写',
  title: '没写完的',
  unfinished: '{what} 未完成',
  kinds: { 'visit-correction': '更正走访', household: '登记一户', visit: '走访', report: '报问题', correct: '更正资料', step: '处理问题', newcomer: '添加家人', need: '登记需求', form: '修改资料', settle: '核对冲突', 'move-in': '搬入', 'move-out': '搬出', leave: '全家搬走', identity: '证件号码', door: '加一户', building: '新建楼栋', other: '表单' },
  row: '{kind} · {when}',
} as const
