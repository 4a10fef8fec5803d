/** Words about who changed what of a record. */
export default {
  title: '修改记录',
  titles: { resident: '居民资料的修改记录', household: '本户的修改记录', dwelling: '住房的修改记录', building: '楼栋的修改记录', issue: '上报内容的修改记录' },
  created: '建档',
  by_import: '批量导入',
  was_to: '{before} → {after}',
  is_now: '改为 {after}',
  set_to: '{after}',
  added: '加上 {after}',
  removed: '去掉 {before}',
  masked: '号码只显示一部分',
  here_only: '这里只有本机知道的几条。',
  needs_network: '要看全部，需要网络。',
  try_again: '再试一次',
  loading: '正在取全部记录…',
  earlier: '还有 {n} 条更早的记录，这里不再列出。',
  none: '还没有修改过。',
}
