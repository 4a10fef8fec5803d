import type { IssueTab } from '@/backend/generated'

export const issueTabs: readonly IssueTab[] = ['needs_me', 'open', 'closed']

/** The tab that an address names; what needs me comes first. */
export const tabOf = (asked: unknown): IssueTab => issueTabs.find((one) => one === asked) ?? 'needs_me'
