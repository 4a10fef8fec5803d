/** Words of the building lead's pages: polite, whole, and never a label where a sentence helps. */
export default {
  home: '首页',
  settings: '设置',
  pages: { report: '报问题', reports: '我的上报', notices: '通知', building: '我的楼' },
  hints: { report: '看见什么，拍下来、说一句就行', reports: '您报过的，办到哪一步了', notices: '社区发给您的通知', building: '楼里有哪些门、作什么用' },
  newest: '您报的{what}：{state}',
  asked: { supplement: '请您补充说明', rate: '已办好，请您看看满意不满意' },
  stages: { sent: '已提交', accepted: '已受理', working: '处理中', done: '已结案' },
  no_reports: '您还没有报过问题',
  no_reports_hint: '楼道灯坏了、下水堵了，都可以报。没有网也能报，有网会自动发出。',
  no_notices: '现在没有通知',
  no_notices_hint: '社区发来的通知会出现在这里。',
  no_building: '这里还没有您的楼',
  no_building_hint: '请社区督导给您登记负责的楼。',
  which_building: '看哪一栋',
}
