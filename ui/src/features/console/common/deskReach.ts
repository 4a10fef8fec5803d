import type { Reach } from '@/features/issues/useIssues'
import { whileSignedIn } from '../session/useSession'
import { useStaysCurrent } from './useStaysCurrent'

/** The console's way to the core: its session may run out under a question, and its stream of events may have gaps. */
export const deskReach: Reach = { through: whileSignedIn, follow: useStaysCurrent }
