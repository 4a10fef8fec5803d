export default {
  restored: 'Going on where you left off.',
  start_over: 'Start over',
  title: 'Not finished',
  unfinished: '{what} not finished',
  kinds: { visit: 'Visit', report: 'Report', correct: 'Correction', step: 'Step of an issue', other: 'Form' },
  row: '{kind} · {when}',
} as const
