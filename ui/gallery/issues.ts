/** Invented issues for both galleries. */
import { cards, photoAnswers } from './photos'
import type { AllowedStep, CategoryCard, CategoryGroup, IssueCard, IssueFile, IssueQuery, NewIssue, NewStep, PhotoCard } from '../src/backend/generated'

const hour = 3_600_000
const from = (hours: number) => new Date(Date.now() + hours * hour).toISOString()
const kind = (code: string, name: string, name_en: string, group: CategoryGroup = 'issue'): CategoryCard => ({ id: `c-${code}`, code, group, name, name_en, picture: null, private: group === 'care' || group === 'mediation' })

export const categories: CategoryCard[] = [
  kind('stair_light', '楼道照明', 'Stair light'), kind('lift', '电梯', 'Lift'), kind('leak_drain', '漏水与下水', 'Leak or drain'), kind('fire_passage', '消防通道', 'Fire passage'),
  kind('wires', '飞线与充电', 'Wires and charging'), kind('rubbish', '垃圾清运', 'Rubbish'), kind('parking', '停车', 'Parking'), kind('building', '违章搭建', 'Unlicensed building'), kind('lamp', '路灯', 'Street lamp'), kind('other', '其他问题', 'Other'),
  kind('certificate', '办证代办', 'Certificate', 'need'), kind('repairs', '上门维修', 'Repairs', 'need'), kind('neighbours', '邻里纠纷', 'Neighbours', 'mediation'), kind('meals', '助餐', 'Meals', 'care'), kind('escort', '陪诊', 'Escort to hospital', 'care'),
]
const needs: Record<string, Partial<AllowedStep>> = { return: { needs_words: true }, solve: { needs_words: true }, dispatch: { needs_units: true }, supplement: { needs_words: true, or_photo: true }, handle: { needs_words: true }, add: { needs_words: true }, void: { needs_words: true }, reopen: { needs_words: true }, check_failed: { needs_words: true }, rate: { needs_rating: true }, suspend: { needs_reason: true, needs_due: true } }
const allow = (...steps: string[]): AllowedStep[] => steps.map((step) => ({ step, needs_words: false, or_photo: false, needs_units: false, needs_due: false, needs_reason: false, needs_rating: false, ...needs[step] }))
const units = ['供电小区物业服务中心', '东街道综合行政执法队', '东街道办事处民政办', '相山区城市管理局'].map((name, at) => ({ id: `u${at + 1}`, name, short_name: name.slice(0, 4), proposed: at === 0 }))
const files = new Map<string, IssueFile>()
let last = 7

const card = (n: number, change: Partial<IssueCard>): IssueCard => ({ id: `i${n}`, number: `261123-07-${n}`, words: '三楼的灯不亮，老人晚上下楼看不清。', category: '楼道照明', category_en: 'Stair light', place: '供电小区3号楼 1单元三层', grid_name: '第三网格', urgency: 'normal', state: 'reported', holder: 'supervisor', holder_name: null, deadline: from(3.4), overdue: false, reported_at: from(-2), reported_by: '单晓梅', mine: true, private: false, needs_me: true, mark: 'sent', ...change })
const line = (id: string, step: string, by: string, hours: number, change = {}) => ({ id, step, words: null, photos: [] as PhotoCard[], to: [], due: null, by, happened_at: from(hours), too_late: false, ...change })
const put = (one: IssueCard, steps: IssueFile['steps'], allowed: AllowedStep[], photos: PhotoCard[] = []) => files.set(one.id, { card: one, photos, steps, allowed, units })

put(card(1, {}), [], allow('accept', 'return', 'add', 'urge', 'void'))
put(card(2, { state: 'accepted', urgency: 'now', category: '电梯', category_en: 'Lift', words: '电梯停在五层，门打不开，里面没有人。', place: '供电小区5号楼 2单元', deadline: from(-26), overdue: true }), [line('s1', 'accept', '赵海燕', -1)], allow('return', 'solve', 'open', 'dispatch', 'add', 'void'))
put(card(3, { state: 'returned', holder: 'reporter', mark: 'saved_here', deadline: null, words: '楼下垃圾没有清。', category: '垃圾清运', category_en: 'Rubbish' }), [line('s2', 'return', '赵海燕', -1, { words: '请写明是哪个投放点。' })], allow('supplement', 'add', 'void'))
put(card(4, { state: 'handled', holder: 'grid', category: '漏水与下水', category_en: 'Leak or drain', words: '一楼下水返水。', deadline: from(50) }), [line('s3', 'accept', '赵海燕', -30), line('s4', 'dispatch', '赵海燕', -29, { to: ['供电小区物业服务中心'] }), line('s5', 'return', '周明', -28, { words: '不属于本社区。', too_late: true }), line('s6', 'sign', '孙师傅', -27), line('s7', 'handle', '孙师傅', -3, { words: '已疏通，试水正常。', photos: cards('after', 'sent', 'p3', 'p4') })], allow('check_passed', 'check_failed', 'add'), cards('before', 'saved_here', 'p1', 'p2', 'missing'))
put(card(5, { state: 'signed', holder: 'unit', holder_name: '供电小区物业服务中心', needs_me: false, private: true, category: '邻里纠纷', category_en: 'Neighbours', words: '楼上夜里有响声，希望有人调解。', mark: 'needs_attention', deadline: from(20) }), [line('s8', 'accept', '赵海燕', -9)], allow('add', 'urge', 'suspend'))
put(card(6, { state: 'closed', holder: 'reporter', deadline: null }), [line('s9', 'close', '赵海燕', -9)], allow('rate', 'reopen', 'add'))

/** Answers of the core; `told` hears which kind changed and gives what saving answers. */
export function issueAnswers(told: (kind: string) => unknown) {
  return {
    ...photoAnswers,
    list_categories: () => categories,
    list_issues: ({ tab }: IssueQuery) => location.search.includes('empty') ? [] : [...files.values()].map((file) => file.card).filter((one) => (tab === 'needs_me' ? one.needs_me : (one.state === 'closed') === (tab === 'closed'))),
    issue_file: ({ issue }: { issue: string }) => structuredClone(files.get(issue) ?? files.get('i1')),
    report_issue: (input: NewIssue) => {
      const chosen = categories.find(({ id }) => id === input.category) as CategoryCard
      const one = card(last, { words: input.words, place: input.place, urgency: input.urgency, category: chosen.name, category_en: chosen.name_en, private: chosen.private || input.household !== null, mark: 'saved_here', reported_at: from(0), needs_me: false })
      last += 1
      put(one, [], allow('add', 'urge', 'void'), cards('before', 'saved_here', ...input.photos))
      return { ...(told('issue') as object), record: one.id }
    },
    take_step: (input: NewStep) => {
      const file = files.get(input.issue) as IssueFile
      const to = units.filter(({ id }) => input.to.includes(id)).map(({ name }) => name)
      file.steps.push(line(`n${file.steps.length}`, input.step, '赵海燕', 0, { words: input.words, photos: cards('photo', 'saved_here', ...input.photos), to, due: input.due }))
      if (input.step === 'accept') Object.assign(file.card, { state: 'accepted' }), (file.allowed = allow('return', 'open', 'dispatch', 'add', 'void'))
      if (input.step === 'dispatch') Object.assign(file.card, { state: 'dispatched', holder: 'unit', holder_name: to[0] }), (file.allowed = allow('dispatch', 'add', 'urge'))
      file.card.mark = 'saved_here'
      return told('issue_step')
    },
  }
}
