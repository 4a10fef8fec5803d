import { moveIn, type Relation, type Stays } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useEntryForm } from '@/features/forms/useEntryForm'
import { tabletReach } from '@/features/issues/useIssues'
import { emptyDraft, rules, type Draft } from '@/features/register/formRules'
import type { Found } from '@/features/search/FinderField.vue'
import { useHomesOf, type HomeAnswer, type HouseholdChoice } from './joining'
import { moveInProblems } from './moveRules'

export interface MoveInOf {
  dwelling: string
  title: () => string
  path: () => string
  /** The households behind the door. */
  households: () => readonly HouseholdChoice[]
}

/** Somebody who is registered already moves in at a door; of each home they have it is said whether they leave it. */
export function useMoveIn({ dwelling, title, path, households }: MoveInOf, reach = tabletReach) {
  const fields = rules.residence ?? []
  const entry = useEntryForm(`move-in:${dwelling}`, {
    empty: () => ({ typed: '', person: null as Found | null, household: null as string | null, homes: {} as Record<string, HomeAnswer>, living: { ...emptyDraft(fields), stays: 'main' } as Draft }),
    title,
    path,
    problems: (form) => ({ ...moveInProblems(form, homes.value, households(), today()), ...(form.person && !file.value ? { person: 'empty' } : {}) }),
    send: ({ person, household, homes: answers, living }, draft) =>
      moveIn({
        resident: person?.id ?? '',
        dwelling,
        household: households().length > 1 ? household : null,
        relation: living.relation as Relation,
        stays: living.stays as Stays,
        registered_here: living.registered_here ? living.registered_here === 'true' : null,
        since: living.since || null,
        leaves: homes.value.filter(({ residence }) => answers[residence] === 'left').map(({ residence }) => residence),
        draft,
      }),
  })
  /** Where they live now. */
  const { file, homes, error: fileError, reload } = useHomesOf(() => entry.form.value.person?.id, reach)
  return { ...entry, fields, file, fileError, reload, homes }
}
