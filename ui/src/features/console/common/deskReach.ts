import { tabletReach, type Reach } from '@/features/issues/useIssues'
import { useStaysCurrent } from './useStaysCurrent'

/** The console's way to the core: its stream of events may have gaps. A session that runs out is noticed by the transport. */
export const deskReach: Reach = { ...tabletReach, follow: useStaysCurrent }
