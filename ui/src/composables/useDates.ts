import { useI18n } from 'vue-i18n'

// The district lives in one time zone; a tablet set to another one must not show another day.
const timeZone = 'Asia/Shanghai'
const dayMs = 86_400_000

/** Days and times as people here write them, in the chosen language. */
export function useDates() {
  const { locale } = useI18n()

  /** "11月23日（周一）", with the year when it is not this one. */
  function day(iso: string): string {
    const at = new Date(`${iso.slice(0, 10)}T00:00:00Z`)
    if (Number.isNaN(at.getTime())) return iso
    const year = iso.slice(0, 4) === today().slice(0, 4) ? undefined : 'numeric'
    const write = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale.value, { timeZone: 'UTC', ...options }).format(at)
    if (locale.value === 'en') return write({ weekday: 'short', day: 'numeric', month: 'short', year })
    return `${write({ month: 'long', day: 'numeric', year })}（${write({ weekday: 'short' })}）`
  }

  function clock(iso: string): string {
    return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(new Date(iso))
  }

  /** As `moment`, for places too narrow for the day of the week. */
  function shortMoment(iso: string): string {
    const at = new Date(iso)
    if (Number.isNaN(at.getTime()) || dayOf(at) === today()) return moment(iso)
    return `${new Intl.DateTimeFormat(locale.value, { timeZone, month: locale.value === 'en' ? 'short' : 'long', day: 'numeric' }).format(at)} ${clock(iso)}`
  }

  /** A clock time for today, with the day in front of it otherwise. */
  function moment(iso: string): string {
    const at = new Date(iso)
    if (Number.isNaN(at.getTime())) return iso
    const on = dayOf(at)
    return on === today() ? clock(iso) : `${day(on)} ${clock(iso)}`
  }

  return { day, clock, moment, shortMoment }
}

/** The day it is in the district, as 2026-11-23. */
export function today(): string {
  return dayOf(new Date())
}

export function daysFromToday(days: number): string {
  return dayOf(new Date(Date.now() + days * dayMs))
}

/** The day that lies `days` after another one; nothing but the calendar counts. */
export function dayAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  return Number.isNaN(at.getTime()) ? day : new Date(at.getTime() + days * dayMs).toISOString().slice(0, 10)
}

function dayOf(at: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
}
