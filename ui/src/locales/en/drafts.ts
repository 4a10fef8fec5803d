export default {
  restored: 'Going on where you left off.',
  start_over: 'Start over',
  title: 'Not finished',
  unfinished: '{what} not finished',
  kinds: { 'visit-correction': 'Correction of a visit', household: 'New household', visit: 'Visit', report: 'Report', correct: 'Correction', step: 'Step of an issue', newcomer: 'New family member', need: 'Need', form: 'Edit', settle: 'Conflict', 'move-in': 'Move in', 'move-out': 'Move out', leave: 'Household moves', identity: 'Identity number', door: 'New door', building: 'New building', other: 'Form' },
  row: '{kind} · {when}',
} as const
