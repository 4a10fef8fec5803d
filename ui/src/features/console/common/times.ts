// A day is a day in Asia/Shanghai, wherever the desk is and whatever its clock is set to.
const ZONE = 'Asia/Shanghai'

type Parts = Record<'year' | 'month' | 'day' | 'hour' | 'minute', string>

/** "2026-11-23" for a moment given in UTC. */
export function dayOf(moment: string): string {
  const { year, month, day } = parts(moment)
  return `${year}-${month}-${day}`
}

/** "09:12" for a moment given in UTC. */
export function clockOf(moment: string): string {
  const { hour, minute } = parts(moment)
  return `${hour}:${minute}`
}

/** "2026-11-23 09:12": the form both languages share, which also sorts as it reads. */
export function momentOf(moment: string): string {
  return `${dayOf(moment)} ${clockOf(moment)}`
}

/** "11月23日（周一）" or "Mon 23 Nov" for a day such as "2026-11-23"; with the year when it is not this one. */
export function dayInWords(day: string, locale: string, today: string): string {
  const noon = new Date(`${day}T12:00:00+08:00`)
  const year = day.slice(0, 4) === today.slice(0, 4) ? undefined : ('numeric' as const)
  if (!locale.startsWith('zh'))
    return new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, weekday: 'short', day: 'numeric', month: 'short', year }).format(noon)
  const date = new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, day: 'numeric', month: 'long', year }).format(noon)
  const weekday = new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, weekday: 'short' }).format(noon)
  return `${date}（${weekday}）`
}

export function today(): string {
  return dayOf(new Date().toISOString())
}

const toParts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

function parts(moment: string): Parts {
  return Object.fromEntries(toParts.formatToParts(new Date(moment)).map(({ type, value }) => [type, value])) as Parts
}
