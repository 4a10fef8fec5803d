/** Every screen and state of both shells: how to get there over the gallery's made-up answers. */
const door = '#/buildings/b1/doors/b1-1-9-2'
const resident = `${door}/residents/r-b1-1-9-2-0`
const building = '#/buildings/b1'
const click = (...ids) => async (page) => {
  for (const id of ids) await page.click(`[data-testid=${id}]`)
}
const find = async (page, field, text) => {
  await page.fill(`[data-testid=${field}]`, text)
  await page.waitForTimeout(400)
}
const openMore = async (page) => {
  await page.click('[data-testid=household-pane] [data-testid=more-actions] summary')
  await page.locator('[data-testid=household-pane] [data-testid=more-actions] li').last().scrollIntoViewIfNeeded()
}
const openHistory = (pane) => async (page) => {
  await page.click(`${pane}[data-testid=history] summary`)
  await page.waitForSelector('[data-testid=history-change]')
  await page.locator(`${pane}[data-testid=history]`).evaluate((one) => one.scrollIntoView({ block: 'start' }))
}
const toPin = async (page) => {
  await page.fill('[data-testid=enrol-link]', 'linli:enrol?u=x')
  await page.click('[data-testid=enrol-next]')
  await page.waitForSelector('[data-testid=pin-new]')
}

/** `key`: also photographed in the other themes, in the largest type and upright. */
export const tablet = {
  enrol: { path: '?stage=enrol', title: '登记这台平板 Enrol' },
  enrol_error: { path: '?stage=enrol', title: '登记链接不对 A wrong link', act: async (page) => { await page.fill('[data-testid=enrol-link]', 'http://x'); await page.click('[data-testid=enrol-next]'); await page.waitForSelector('[data-testid=error-message]') } },
  enrol_pin: { path: '?stage=enrol', title: '设密码 Choose a PIN', act: async (page) => { await toPin(page); await page.fill('[data-testid=pin-new]', '1234'); await page.fill('[data-testid=pin-again]', '1234'); await page.click('[data-testid=enrol-finish]'); await page.waitForSelector('[data-testid=error-message]') } },
  loading: { path: '?stage=loading', title: '第一次下载 First download' },
  locked: { path: '?stage=locked', title: '已锁定 Locked' },
  locked_wait: { path: '?stage=locked', title: '密码错了几次 Wrong PIN', act: async (page) => { for (let i = 0; i < 3; i += 1) { await page.fill('[data-testid=pin-input]', '1111'); await page.click('[data-testid=pin-unlock]'); await page.waitForTimeout(120) } } },
  too_new: { path: '?stage=too_new', title: '应用太旧 App too old' },
  today: { path: '?drafts&waiting=3#/today', title: '今日 Today', key: true },
  today_ahead: { path: '#/today', title: '近 7 天 Next 7 days', act: click('today-ahead') },
  today_empty: { path: '?empty#/today', title: '今天没有到期的 Nothing due' },
  today_not_here: { path: '?empty&unfinished#/today', title: '名册还在下载 Not here yet' },
  today_failed: { path: '?fail=today#/today', title: '读不出来 An error' },
  begin: { path: '#/today', title: '加号 The round plus', act: click('begin') },
  buildings: { path: '?waiting=3#/buildings', title: '楼栋 Buildings', key: true },
  buildings_no_match: { path: '#/buildings', title: '没有匹配 No match', act: (page) => page.fill('[data-testid=building-search]', '泉山') },
  buildings_empty: { path: '?empty#/buildings', title: '没有楼栋 No buildings' },
  buildings_not_here: { path: '?empty&unfinished#/buildings', title: '名册下载中 Not here yet' },
  buildings_failed: { path: '?fail=list_buildings#/buildings', title: '读不出来 An error' },
  matrix: { path: '?waiting=3#/buildings/b1', title: '楼栋图 Matrix', key: true },
  matrix_filter: { path: '#/buildings/b1', title: '只看待复访 A filter', act: click('filter-revisit') },
  menu: { path: '#/buildings/b1', title: '长按一户 Long press', act: (page) => page.click('[data-testid=cell-b1-1-8-1]', { button: 'right' }) },
  household: { path: door, title: '户 Household', key: true },
  visit: { path: `${door}/visit`, title: '走访 Visit', key: true, act: click('outcome-met') },
  visit_restored: { path: `?drafts${door}/visit`, title: '接着上次没写完的 Going on' },
  visit_nobody: { path: `${door}/visit`, title: '无人 Nobody in', act: click('outcome-nobody') },
  visit_error: { path: `${door}/visit`, title: '没选日期 No date', act: click('outcome-appointment', 'visit-save') },
  sync_copied: { path: '?copied=1#/sync', title: '需要重新登记 To be enrolled again' },
  visit_saved: { path: '#/buildings/b1/doors/b1-1-8-1/visit', title: '已保存 Saved', act: async (page) => { await click('outcome-nobody', 'visit-save')(page); await page.waitForSelector('[data-testid=visit-line]') } },
  matrix_more: { path: building, title: '楼栋的更多操作 More on a building', act: async (page) => { await page.locator('[data-testid=more-actions]').scrollIntoViewIfNeeded(); await page.click('[data-testid=more-actions] summary') } },
  matrix_failed: { path: '?fail=building_matrix#/buildings/b1', title: '读不出来 An error' },
  household_more: { path: door, title: '更多操作 More actions', key: true, act: openMore },
  household_failed: { path: `?fail=household_file${door}`, title: '读不出来 An error' },
  household_opening: { path: `?hang=household_file${door}`, title: '正在打开 Opening' },
  need_answer: { path: door, title: '答复需求 Answer a need', act: async (page) => { await page.click('[data-testid=need-answer]'); await page.locator('[data-testid=need-answered]').scrollIntoViewIfNeeded() } },
  resident: { path: resident, title: '居民 Resident', key: true },
  resident_more: { path: resident, title: '居民的更多操作 More on a resident', act: openMore },
  resident_history: { path: resident, title: '修改记录 Change history', key: true, act: openHistory('[data-testid=household-pane] ') },
  resident_history_offline: { path: `?offline=history_whole${resident}`, title: '没有网络时的修改记录 History without a network', act: openHistory('[data-testid=household-pane] ') },
  resident_failed: { path: `?fail=resident_file${resident}`, title: '读不出来 An error' },
  reveal_reasons: { path: resident, title: '为什么查看 What for', act: async (page) => { await page.click('[data-testid=reveal-phone]'); await page.locator('[data-testid=reason-call]').scrollIntoViewIfNeeded() } },
  revealed: { path: resident, title: '查看 30 秒 Shown for 30 s', act: async (page) => { await click('reveal-phone', 'reason-call')(page); await page.waitForSelector('[data-testid=revealed]') } },
  add_resident: { path: `${door}/add`, title: '添加家人 Add', key: true, act: async (page) => { await page.fill('[data-testid=form-name]', '王桂兰'); await page.waitForSelector('[data-testid=alike-take]') } },
  add_resident_error: { path: `${door}/add`, title: '还缺几项 Missing parts', act: click('newcomer-save') },
  add_resident_saved: { path: `${door}/add`, title: '已保存，可撤销 Undo', key: true, act: async (page) => { await page.fill('[data-testid=form-name]', '王桂兰'); await click('relation-parent', 'newcomer-save')(page); await page.waitForSelector('[data-testid=undo]') } },
  need: { path: `${door}/need`, title: '登记需求 A need', key: true, act: click('need-meals') },
  need_error: { path: `${door}/need`, title: '需求没写全 Missing parts', act: click('need-save') },
  edit_resident: { path: `${door}/edit/resident:r-b1-1-9-2-0`, title: '修改资料 Edit', act: async (page) => { await page.fill('[data-testid=form-name]', ''); await page.click('[data-testid=form-save]') } },
  edit_living: { path: `${door}/edit/residence:s1`, title: '修改居住情况 Edit a residence' },
  edit_household: { path: `${door}/edit/household:h1`, title: '修改本户 Edit a household' },
  edit_dwelling: { path: `${door}/edit/dwelling:d1`, title: '修改住房 Edit a dwelling' },
  change_need: { path: `${door}/edit/need:n1`, title: '修改需求 Change a need' },
  correct_visit: { path: '#/buildings/b1/doors/b1-1-7-2/visits/v-b1-1-7-2/correct', title: '更正走访 Correct a visit' },
  edit_building: { path: `${building}/edit/building:b1`, title: '修改楼栋 Edit a building' },
  edit_failed: { path: `?fail=record_form${door}/edit/household:h1`, title: '读不出来 An error' },
  move_in: { path: `${door}/move-in`, title: '已登记的人搬入 Move in', key: true, act: async (page) => { await find(page, 'move-person', '王'); await page.locator('[data-testid=move-person-hit]').first().click(); await page.waitForSelector('[data-testid=home-left]'); await page.click('[data-testid=home-left]') } },
  add_resident_known: { path: '#/buildings/b1/doors/b1-1-7-1/add', title: '就是此人，住进哪一户 Somebody known at a shared door', key: true, act: async (page) => { await page.fill('[data-testid=form-name]', '王桂兰'); await page.click('[data-testid=alike-take]'); await page.waitForSelector('[data-testid=home-left]') } },
  move_in_found: { path: `${door}/move-in`, title: '找到几位 Several found', act: (page) => find(page, 'move-person', '王') },
  move_in_error: { path: `${door}/move-in`, title: '搬入没填全 Missing parts', act: async (page) => { await find(page, 'move-person', '王'); await page.locator('[data-testid=move-person-hit]').first().click(); await page.waitForSelector('[data-testid=home-left]'); await page.click('[data-testid=move-in-save]') } },
  move_in_no_match: { path: `${door}/move-in`, title: '没有找到 Nobody found', act: (page) => find(page, 'move-person', '欧阳锋') },
  move_in_not_here: { path: `?unfinished${door}/move-in`, title: '名册还在下载 Not here yet', act: (page) => find(page, 'move-person', '欧阳锋') },
  move_out: { path: `${resident}/move`, title: '搬出 Move out', key: true, act: async (page) => { await page.click('[data-testid=where-door]'); await find(page, 'move-door', '3-2-'); await page.locator('[data-testid=move-door-hit]').first().click() } },
  move_out_error: { path: `${resident}/move`, title: '搬出没填全 Missing parts', act: async (page) => { await click('where-door', 'move-out-save')(page) } },
  leave: { path: `${door}/leave`, title: '全家搬走 Everybody moves', key: true, act: click('where-elsewhere') },
  leave_door: { path: `${door}/leave`, title: '全家搬到另一户 To another door', act: async (page) => { await page.click('[data-testid=where-door]'); await find(page, 'move-door', '5-1') } },
  leave_nobody: { path: '#/buildings/b1/doors/b1-1--1-1/leave', title: '没有住户 Nobody here' },
  identity: { path: `${resident}/identity`, title: '证件号码 Identity number', key: true, act: (page) => page.fill('[data-testid=identity-number]', '11010519491231') },
  identity_doubt: { path: `${resident}/identity`, title: '校验位不对 Check digit', key: true, act: async (page) => { await page.fill('[data-testid=identity-number]', '110105194912310021'); await page.click('[data-testid=identity-save]'); await page.waitForSelector('[data-testid=identity-doubt]') } },
  identity_no_right: { path: `?no_right${resident}/identity`, title: '没有权限 No right' },
  add_door: { path: `${building}/new-door`, title: '加一户 Add a door', key: true },
  add_door_error: { path: `${building}/new-door`, title: '加一户没填全 Missing parts', act: click('door-save') },
  add_building: { path: '#/buildings/new', title: '新建楼栋 New building', key: true, act: async (page) => { for (const [name, text] of [['name', '惠苑新村13号楼'], ['number', '13'], ['entrances', '2'], ['floors', '6'], ['doors_per_floor', '2']]) await page.fill(`[data-testid=form-${name}]`, text) } },
  add_building_error: { path: '#/buildings/new', title: '新建楼栋没填全 Missing parts', act: click('building-save') },

  correct: { path: `${resident}/correct`, title: '更正 Correct', act: async (page) => { await page.fill('[data-testid=field-phone]', '12ab'); await page.click('[data-testid=correction-save]') } },
  search: { path: '#/search', title: '搜索 Search' },
  search_results: { path: '#/search', title: '找到了 Found', key: true, act: (page) => find(page, 'search-input', '王') },
  search_no_match: { path: '#/search', title: '没有匹配 No match', act: (page) => find(page, 'search-input', '欧阳锋') },
  search_not_here: { path: '?unfinished#/search', title: '名册还在下载 Not here yet', act: (page) => find(page, 'search-input', '欧阳锋') },
  search_failed: { path: '?fail=search#/search', title: '读不出来 An error', act: (page) => find(page, 'search-input', '王') },

  inbox: { path: '#/inbox', title: '待办 Inbox', key: true },
  inbox_empty: { path: '?empty#/inbox', title: '没有待办 Nothing waits' },
  inbox_failed: { path: '?fail=list_issues#/inbox', title: '读不出来 An error' },
  issue: { path: '#/inbox/i4?tab=open', title: '问题 Issue', key: true, act: click('step-check_failed') },
  issue_returned: { path: '#/inbox/i3', title: '退回 Returned', act: click('step-supplement') },
  issue_dispatch: { path: '#/inbox/i2', title: '派遣 Dispatch', act: click('step-dispatch', 'step-unit-u1') },
  report: { path: '#/report?building=b1&dwelling=b1-1-9-2', title: '报问题 Report', key: true, act: click('report-category-lamp') },
  report_photos: { path: '#/report?building=b1&dwelling=b1-1-9-2', title: '加照片 Photos', key: true, act: async (page) => {
    for (let n = 0; n < 3; n += 1) await page.setInputFiles('[data-testid=photo-input]', { name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('x') })
    await page.locator('[data-testid=photo-picked]').nth(2).waitFor()
    await page.locator('[data-testid=photo-picker]').scrollIntoViewIfNeeded()
  } },
  photo: { path: '#/inbox/i4?tab=open', title: '看照片 A photo', act: async (page) => { await page.click('[data-testid=photo-strip] button'); await page.waitForSelector('[data-testid=photo-whole]') } },
  photo_not_here: { path: '#/inbox/i4?tab=open', title: '照片还没有到 Not here yet', act: (page) => page.click('[data-testid=photo-strip] li:nth-child(3) button') },
  report_error: { path: '#/report', title: '还缺几项 Missing parts', act: click('report-save') },
  drafts: { path: '#/today', title: '没写完的都在今日 Drafts', act: async (page) => { await page.goto(page.url().replace(/#.*/, `${door}/need`)); await page.fill('[data-testid=need-words]', '想装扶手'); await page.waitForTimeout(700); await page.goto(page.url().replace(/#.*/, '#/today')); await page.waitForSelector('[data-testid^=draft-need]') } },
  sync: { path: '?sync=waiting#/sync', title: '同步 Sync' },
  sync_photos: { path: '?sync=photos_waiting#/sync', title: '照片待传 Photos to send' },
  sync_old: { path: '?sync=old#/sync', title: '3 天未同步 Three days' },
  sync_attention: { path: '?sync=needs_attention#/sync', title: '需处理 Needs attention' },
  attention: { path: '?sync=needs_attention#/attention', title: '要看一看的 Needs attention' },
  conflict_typed: { path: '#/attention/resident:r1', title: '手工填的还在 What was typed is kept', act: async (page) => { await page.click('[data-testid=conflict-phone] [data-testid=own-open]'); await page.fill('[data-testid=own-value]', '10000000009'); await page.goto(page.url().replace(/#.*/, '#/today')); await page.waitForTimeout(700); await page.goto(page.url().replace(/#.*/, '#/attention/resident:r1')); await page.waitForFunction(() => document.querySelector('[data-testid=own-value]')?.value === '10000000009') } },
  conflict_settled: { path: '#/attention/resident:r1', title: '处理好了，可撤销 Settled', act: async (page) => { await page.click('[data-testid=conflict-phone] [data-testid=use-0]'); await page.waitForSelector('[data-testid=undo]') } },
  conflict_failed: { path: '?fail=conflict_card#/attention/resident:r1', title: '读不出来 An error' },
  conflict: { path: '#/attention/resident:r1', title: '两边不一样 A conflict', key: true, act: async (page) => { await page.click('[data-testid=conflict-phone] [data-testid=own-open]') } },
  me: { path: '#/me', title: '我的 Me', key: true },
  lead_home: { path: '?lead#/home', title: '楼栋长首页 A building lead’s home', key: true },
  lead_home_waiting: { path: '?lead&drafts&waiting=2#/today', title: '没写完的在首页 Drafts at home' },
  lead_report: { path: '?lead#/report', title: '楼栋长报问题：照片 A lead reports: a photo', key: true },
  lead_report_kind: { path: '?lead#/my-report?step=kind', title: '是什么问题 What is it', key: true },
  lead_report_words: { path: '?lead#/my-report?step=words', title: '说一句，还没说 Nothing said yet', act: click('report-next') },
  lead_report_where: { path: '?lead#/my-report?step=where', title: '在哪里 Where' },
  lead_report_check: { path: '?lead#/my-report?step=kind', title: '看看对不对 Is this right', key: true, act: async (page) => { await click('report-category-stair_light', 'report-next')(page).catch(() => {}); await page.waitForTimeout(200); if (await page.isVisible('[data-testid=report-words]')) { await page.fill('[data-testid=report-words]', '三楼的灯不亮，晚上看不清。'); await page.click('[data-testid=report-next]') } } },
  lead_reports: { path: '?lead#/my-reports', title: '我的上报 My reports', key: true },
  lead_reports_empty: { path: '?lead&empty#/my-reports', title: '还没报过 Nothing reported' },
  lead_reports_failed: { path: '?lead&fail=list_issues#/my-reports', title: '读不出来 An error' },
  lead_issue: { path: '?lead#/my-reports/i6', title: '办好了，满意吗 Is it solved', act: click('step-rate') },
  lead_notices: { path: '?lead#/notices', title: '通知 Notices' },
  lead_building: { path: '?lead#/my-building', title: '我的楼 My building', key: true },
}

const signIn = async (page) => {
  await page.fill('[data-testid=sign-in-name]', '赵海燕')
  await page.fill('[data-testid=sign-in-password]', 'password')
  await page.click('[data-testid=sign-in-submit]')
}
const correct = async (page) => {
  const button = page.locator('[data-testid=resident-correct]')
  // A phone only reads.
  if ((await button.count()) === 0) return
  await button.click()
  await page.fill('[data-testid=field-phone]', '12ab')
  await page.click('[data-testid=correction-save]')
}
const fillForm = (fields) => async (page) => {
  for (const [name, text] of Object.entries(fields)) await page.fill(`[data-testid=${name}]`, text)
}
/** What needs a form: a phone only reads. */
const onDesk = (act) => async (page) => {
  if (page.viewportSize().width >= 600) await act(page)
}
const inForm = (act) => onDesk(async (page) => {
  await page.waitForSelector('[data-testid=form-save]')
  await act(page)
})
const save = (page) => page.click('[data-testid=form-save]')
const at = (path, which = 'ready') => `gallery/console.html?case=${which}#${path}`

export const console_ = {
  sign_in: { path: at('/register', 'signed_out'), title: '登录 Sign in' },
  sign_in_wrong: { path: at('/register', 'wrong'), title: '密码不对 Wrong password', act: signIn },
  sign_in_wait: { path: at('/register', 'wait'), title: '稍后再试 Wait', act: signIn },
  session_ended: { path: at('/register'), title: '登录已过期 Session ended', act: (page) => page.evaluate(() => window.gallery.end()) },
  too_new: { path: at('/register', 'too_new'), title: '应用太旧 App too old' },
  register: { path: at('/register'), title: '居民房屋 Register', key: true },
  register_error: { path: at('/register', 'error'), title: '读不出来 An error' },
  register_empty: { path: at('/register', 'empty'), title: '没有居民 Empty' },
  register_receiving: { path: at('/register', 'loading'), title: '还在下载 Not here yet' },
  register_no_match: { path: at('/register'), title: '没有匹配 No match', act: (page) => page.fill('[data-testid=register-search]', '没有这个人') },
  reconnecting: { path: at('/register', 'offline'), title: '连接断了 Reconnecting' },
  scope: { path: at('/register'), title: '选择范围 Scope', act: click('scope-picker') },
  account: { path: at('/register'), title: '账号 Account', act: click('account') },
  help: { path: at('/register'), title: '快捷键 Keys', act: (page) => page.keyboard.press('?') },
  resident: { path: at('/register?resident=r6'), title: '居民 Resident', key: true },
  correction: { path: at('/register?resident=r6'), title: '更正 Correct', act: correct },
  correction_newer: { path: at('/register?resident=r6'), title: '填写时来了新内容 Newer meanwhile', key: true, act: onDesk(async (page) => {
    await page.click('[data-testid=resident-correct]')
    await page.fill('[data-testid=field-phone]', '10012345678')
    await page.evaluate(() => window.gallery.change('r6'))
    await page.waitForSelector('[data-testid=newer-phone]')
  }) },
  erase: { path: at('/register?resident=r6'), title: '删除此人的资料 Erase', key: true, act: onDesk(async (page) => { await page.click('[data-testid=erase] summary'); await page.click('[data-testid=erase-request]'); await page.locator('[data-testid=erase-do]').scrollIntoViewIfNeeded() }) },
  resident_history: { path: at('/register?resident=r6'), title: '修改记录 Change history', key: true, act: openHistory('') },
  resident_error: { path: at('/register?resident=r6', 'error'), title: '资料读不出来 An error' },
  reveal_reasons: { path: at('/register?resident=r6'), title: '为什么查看 What for', act: click('reveal-phone') },
  revealed: { path: at('/register?resident=r6'), title: '查看 30 秒 Shown for 30 s', act: async (page) => { await click('reveal-phone', 'reason-call')(page); await page.waitForSelector('[data-testid=revealed]') } },
  door: { path: at('/register?dwelling=d6'), title: '一户 A door', key: true },
  door_empty: { path: at('/register?dwelling=vacant'), title: '没有住户的门 Nobody here' },
  need_answer: { path: at('/register?dwelling=d6'), title: '答复需求 Answer a need', act: async (page) => { await page.click('[data-testid=need-answer]'); await page.locator('[data-testid=need-answered]').scrollIntoViewIfNeeded() } },
  buildings: { path: at('/register?view=buildings'), title: '楼栋 Buildings', key: true },
  buildings_no_match: { path: at('/register?view=buildings'), title: '没有匹配的楼栋 No match', act: (page) => page.fill('[data-testid=register-search]', '没有这栋') },
  buildings_empty: { path: at('/register?view=buildings', 'empty'), title: '没有楼栋 No buildings' },
  buildings_error: { path: at('/register?view=buildings', 'error'), title: '读不出来 An error' },
  building: { path: at('/register?view=buildings&building=b1'), title: '一栋楼 A building', key: true },
  form_resident: { path: at('/register?resident=r6&do=edit_resident'), title: '修改居民 Edit a resident', key: true },
  form_resident_errors: { path: at('/register?resident=r6&do=edit_resident'), title: '要改的地方 What to mend', act: inForm(async (page) => { await fillForm({ 'form-name': '', 'form-phone': '没有', 'form-born_on': '2999-01-01' })(page); await save(page) }) },
  form_resident_newer: { path: at('/register?resident=r6&do=edit_resident'), title: '填写时来了新内容 Newer meanwhile', act: inForm(async (page) => { await fillForm({ 'form-name': '李建囯' })(page); await page.evaluate(() => window.gallery.register.overtake('resident:r6', 'name', '李建华')); await page.waitForSelector('[data-testid=newer-name]') }) },
  form_refused: { path: at('/register?resident=r6&do=edit_resident'), title: '没有保存成 Refused', act: inForm(async (page) => { await fillForm({ 'form-name': '李建华' })(page); await page.evaluate(() => (window.gallery.refuse = { code: 'disk_full' })); await save(page) }) },
  form_error: { path: at('/register?resident=r6&do=edit_resident', 'error'), title: '表单读不出来 A form that fails' },
  form_saved: { path: at('/register?resident=r6&do=edit_resident'), title: '已保存，可以撤销 Saved, with a way back', act: inForm(async (page) => { await fillForm({ 'form-name': '李建华' })(page); await save(page); await page.waitForSelector('[data-testid=undo]') }) },
  form_living: { path: at('/register?resident=r6&do=edit_living&of=s1'), title: '居住情况 How they live' },
  form_identity: { path: at('/register?resident=r6&do=identity'), title: '证件号码 Identity number', act: inForm(async (page) => { await page.fill('[data-testid=identity-number]', '110105194912310021'); await save(page); await page.waitForSelector('[data-testid=identity-doubt]') }) },
  form_died: { path: at('/register?resident=r6&do=died'), title: '登记去世 A death' },
  form_move_out: { path: at('/register?resident=r6&do=move_out&of=s1'), title: '搬到另一户 Move out', key: true, act: inForm(async (page) => { await page.click('[data-testid=where-door]'); await page.fill('[data-testid=pick-text]', '3'); await page.waitForTimeout(400) }) },
  form_move_out_errors: { path: at('/register?resident=r6&do=move_out&of=s1'), title: '没选去哪 Nothing chosen', act: inForm(save) },
  form_newcomer: { path: at('/register?dwelling=d6&do=newcomer'), title: '登记新人，可能已有此人 A newcomer', key: true, act: inForm(async (page) => { await fillForm({ 'form-name': '王秀英' })(page); await page.waitForSelector('[data-testid=alike-take]') }) },
  form_move_in: { path: at('/register?dwelling=d6&do=move_in'), title: '搬入 Move in', key: true, act: inForm(async (page) => { await page.fill('[data-testid=pick-text]', '张'); await page.waitForSelector('[data-testid^=pick-r]') }) },
  form_move_in_chosen: { path: at('/register?dwelling=d6&do=move_in'), title: '搬入，选好了人 Somebody chosen', act: inForm(async (page) => { await page.fill('[data-testid=pick-text]', '张'); await page.locator('[data-testid^=pick-r]').first().click(); await page.waitForSelector('[data-testid=home-left]') }) },
  form_newcomer_known: { path: at('/register?dwelling=d9&do=newcomer'), title: '就是此人，住进哪一户 Somebody known at a shared door', key: true, act: inForm(async (page) => { await fillForm({ 'form-name': '王秀英' })(page); await page.click('[data-testid=alike-take]'); await page.waitForSelector('[data-testid=home-left]'); await save(page); await page.waitForSelector('[role=alert]') }) },
  form_move_in_none: { path: at('/register?dwelling=d6&do=move_in'), title: '没有找到 Nobody found', act: inForm(async (page) => { await page.fill('[data-testid=pick-text]', '没有这个人'); await page.waitForTimeout(400); await save(page) }) },
  form_need: { path: at('/register?dwelling=d6&do=need'), title: '登记需求 A need', act: inForm(save) },
  form_household: { path: at('/register?dwelling=d6&do=edit_household&of=h6'), title: '修改本户 Edit a household' },
  form_household_add: { path: at('/register?dwelling=vacant&do=add_household'), title: '建立一户 Make a household' },
  form_household_move: { path: at('/register?dwelling=d6&do=move_household&of=h6'), title: '整户搬走 Move a household' },
  form_household_end: { path: at('/register?dwelling=d6&do=end_household&of=h6'), title: '整户已搬走 A household ends', act: inForm(save) },
  form_dwelling: { path: at('/register?dwelling=d6&do=edit_dwelling'), title: '修改住房 Edit a dwelling' },
  form_door: { path: at('/register?building=b1&do=add_door'), title: '增加一户门 Add a door' },
  form_need_change: { path: at('/register?dwelling=d6&do=edit_need&of=n1'), title: '修改需求 Change a need' },
  form_compound: { path: at('/register?view=buildings&do=new_compound'), title: '新建小区 New compound' },
  form_compound_saved: { path: at('/register?view=compounds&compound=c2'), title: '空的小区 A compound with nothing in it' },
  compounds: { path: at('/register?view=compounds'), title: '小区 Compounds' },
  office: { path: at('/administration'), title: '管理：人员 Administration: people', key: true },
  office_person: { path: at('/administration?person=p1'), title: '人员与任职 A person and their posts', key: true },
  office_former: { path: at('/administration'), title: '已离任的 Those who left', act: click('staff-former') },
  office_no_match: { path: at('/administration'), title: '没有符合的 No match', act: (page) => find(page, 'office-search', '没有这个人') },
  office_empty: { path: at('/administration', 'empty'), title: '还没有人员 Nobody yet' },
  office_error: { path: at('/administration', 'error'), title: '读不出来 An error' },
  office_new: { path: at('/administration?do=new_person'), title: '新建人员 Open an account', key: true, act: inForm((page) => page.click('[data-testid=role-grid_worker]')) },
  office_new_lead: { path: at('/administration?person=p1&do=appoint'), title: '任命楼栋长 Appoint a building lead', act: inForm((page) => page.click('[data-testid=role-building_lead]')) },
  office_new_errors: { path: at('/administration?do=new_person'), title: '新建人员，还缺几项 What is missing', act: inForm(save) },
  office_end: { path: at('/administration?person=p1&do=end_duty&of=a1'), title: '停止任职 End an appointment', act: inForm((page) => page.click('[data-testid=when-on_day]')) },
  office_rights: { path: at('/administration?person=p1&do=edit_rights&of=a1'), title: '修改权限 Change rights' },
  office_units: { path: at('/administration?tab=units'), title: '单位 Units', key: true },
  office_unit: { path: at('/administration?unit=u4'), title: '已停用的单位 A unit out of use' },
  office_unit_edit: { path: at('/administration?unit=u1&do=edit_unit'), title: '修改单位 Change a unit' },
  office_unit_new: { path: at('/administration?tab=units&do=new_unit'), title: '新建单位 A new unit' },
  office_categories: { path: at('/administration?tab=categories'), title: '类别 Categories', key: true },
  office_category: { path: at('/administration?category=k1'), title: '一个类别 A category' },
  office_category_edit: { path: at('/administration?category=k0&do=edit_category'), title: '修改类别 Change a category' },
  office_category_new: { path: at('/administration?tab=categories&do=new_category'), title: '新建类别 A new category' },
  office_divisions: { path: at('/administration?tab=divisions'), title: '区划 Divisions' },
  office_division: { path: at('/administration?division=v3&do=edit_division'), title: '修改名称 Rename a division' },
  form_building: { path: at('/register?building=b1&do=edit_building'), title: '修改楼栋 Edit a building' },
  form_building_new: { path: at('/register?view=buildings&do=new_building'), title: '新建楼栋 A new building', key: true, act: inForm(fillForm({ 'form-entrances': '3', 'form-floors': '11', 'form-doors_per_floor': '4' })) },
  form_building_errors: { path: at('/register?view=buildings&do=new_building'), title: '新建楼栋，还缺几项 What is missing', act: inForm(save) },
  dispatch_photos: { path: at('/dispatch?issue=i4&tab=open'), title: '问题的照片 Photos of an issue', key: true, act: (page) => page.waitForSelector('[data-testid=photo-missing]') },
  dispatch: { path: at('/dispatch'), title: '派遣 Dispatch', key: true },
  dispatch_open: { path: at('/dispatch?issue=i2'), title: '派给谁 Choose receivers', act: (page) => page.keyboard.press('1') },
  dispatch_empty: { path: at('/dispatch', 'empty'), title: '没有要派的 Empty' },
  dispatch_error: { path: at('/dispatch', 'error'), title: '读不出来 An error' },
  review: { path: at('/review'), title: '数据核对 Data review', key: true },
  review_card: { path: at('/review?record=resident:r1'), title: '一条冲突 One conflict' },
  review_held: { path: at('/review?tab=held'), title: '被扣下的 Held' },
  review_refused: { path: at('/review?tab=refused'), title: '没有收下的 Refused' },
  review_empty: { path: at('/review', 'empty'), title: '没有要核对的 Nothing to review' },
  visits: { path: at('/visits'), title: '走访 Visits', key: true },
  visits_new: { path: at('/visits'), title: '刚到的走访 A visit arrives', act: (page) => page.evaluate(() => window.gallery.visit()) },
  visits_empty: { path: at('/visits', 'empty'), title: '没有走访 Empty' },
}
