import type { IssueCard, IssueState, Role } from '@/backend/generated'

/** How far a report has come, in four steps that anybody understands; nothing for what left the way. */
export const stages = ['sent', 'accepted', 'working', 'done'] as const
const reached: Partial<Record<IssueState, number>> = { reported: 0, returned: 0, accepted: 1, opened: 1, dispatched: 1, signed: 2, handled: 2, checked: 2, suspended: 2, closed: 3 }

export const stageOf = (state: IssueState): number | undefined => reached[state]

/** What the reporter is asked for now: more about it, or whether it is solved. */
export function askedFor(card: Pick<IssueCard, 'state' | 'needs_me'>): 'supplement' | 'rate' | undefined {
  if (!card.needs_me && card.state !== 'returned') return undefined
  return card.state === 'returned' ? 'supplement' : card.state === 'closed' ? 'rate' : undefined
}

/** One's own reports: first what one is asked about, then the newest. */
export function myReports(cards: readonly IssueCard[]): IssueCard[] {
  return cards.filter(({ mine }) => mine).sort((a, b) => Number(askedFor(b) !== undefined) - Number(askedFor(a) !== undefined) || b.reported_at.localeCompare(a.reported_at))
}

/** Building leads have a home of their own; whoever also works in a grid has the grid worker's. */
export const isLeadOnly = (roles: readonly { role: Role }[]) => roles.some(({ role }) => role === 'building_lead') && roles.every(({ role }) => role === 'building_lead')
