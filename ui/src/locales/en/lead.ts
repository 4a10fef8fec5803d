/** Words of the building lead's pages: polite, whole, and never a label where a sentence helps. */
export default {
  home: 'Home',
  settings: 'Settings',
  pages: { report: 'Report', reports: 'My reports', notices: 'Notices', building: 'My building' },
  hints: { report: 'Take a picture and say a sentence', reports: 'What became of what you reported', notices: 'What the community tells you', building: 'Its doors and what they are used for' },
  newest: 'Your report, {what}: {state}',
  asked: { supplement: 'Please add some words', rate: 'It is done. Please say whether it is well' },
  stages: { sent: 'Sent', accepted: 'Accepted', working: 'In progress', done: 'Closed' },
  no_reports: 'You have not reported anything yet',
  no_reports_hint: 'A broken stair light, a blocked drain: report it. It works without a network and is sent later by itself.',
  no_notices: 'There are no notices now',
  no_notices_hint: 'Notices from the community appear here.',
  no_building: 'Your building is not here yet',
  no_building_hint: 'Please ask the community supervisor to register it for you.',
  which_building: 'Which building',
}
