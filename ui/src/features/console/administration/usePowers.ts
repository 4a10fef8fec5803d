import { myPowers } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useStaysCurrent } from '../common/useStaysCurrent'

/** What the person at this desk may do in the administration; the core asks the policy again at each save. */
export function usePowers() {
  const { value: powers, error, reload } = useLoaded(myPowers)
  void reload()
  useStaysCurrent(['assignment', 'person'], reload)
  return { powers, error, reload }
}
