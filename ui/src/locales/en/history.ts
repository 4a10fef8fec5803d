/** Words about who changed what of a record. */
export default {
  title: 'Change history',
  titles: { resident: 'Changes to this person', household: 'Changes to this household', dwelling: 'Changes to this home', building: 'Changes to this building', issue: 'Changes to this report' },
  created: 'Registered',
  by_import: 'Import',
  was_to: '{before} → {after}',
  is_now: 'changed to {after}',
  set_to: '{after}',
  added: 'added {after}',
  removed: 'removed {before}',
  masked: 'numbers are shown in part',
  here_only: 'These are only the changes this device knows of.',
  needs_network: 'Seeing all of them needs the network.',
  try_again: 'Try again',
  loading: 'Fetching all changes…',
  earlier: '{n} older changes are not listed here.',
  none: 'Nothing was changed yet.',
}
