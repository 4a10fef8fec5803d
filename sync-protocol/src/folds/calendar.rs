//! Work time: which minutes of which days count toward a limit.
//!
//! Limits are in work hours of the district's synced calendar. The app turns one into plain minutes when it saves the step
//! that starts the clock (`limit_minutes`), so a later change of calendar or category moves no old deadline.

use crate::day;
use std::collections::BTreeMap;

const MINUTE_MS: u64 = 60_000;
/// Longer than any limit: a calendar without workdays must not be searched for ever.
const MOST_DAYS: usize = 3 * 366;

/// One year: a letter per day, `w` work or `h` holiday, and the hours worked on a workday.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Year {
    days: String,
    /// Minutes since midnight, half-open.
    hours: Vec<(u32, u32)>,
}

/// The workday calendars held, by year. A year that is not held counts Monday to Friday with the usual hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkCalendar(BTreeMap<i32, Year>);

impl WorkCalendar {
    /// Adds a year as its record spells it: `wwhh…` and `08:30-12:00,14:30-17:30`. A year that makes no sense is left out.
    pub fn with_year(mut self, year: i32, days: &str, hours: &str) -> Self {
        if let Some(hours) = parse_hours(hours) {
            self.0.insert(year, Year { days: days.to_owned(), hours });
        }
        self
    }

    /// The minutes on the clock from `start_ms` until so many work minutes have passed.
    pub fn minutes_until(&self, start_ms: u64, work_minutes: u32) -> u32 {
        let mut left = u64::from(work_minutes) * MINUTE_MS;
        let mut today = day::day_of(start_ms);
        for _ in 0..MOST_DAYS {
            let midnight = day::start_of(&today).unwrap_or(start_ms);
            for (from, to) in self.hours_of(&today) {
                let from = (midnight + u64::from(from) * MINUTE_MS).max(start_ms);
                let to = midnight + u64::from(to) * MINUTE_MS;
                let span = to.saturating_sub(from);
                if span >= left && to > from {
                    return minutes(from + left - start_ms);
                }
                left -= span.min(left);
            }
            today = day::add_days(&today, 1);
        }
        minutes(left)
    }

    fn hours_of(&self, today: &str) -> Vec<(u32, u32)> {
        use chrono::Datelike;
        let Some(date) = day::parse_day(today) else { return Vec::new() };
        let usual = || if date.weekday().num_days_from_monday() < 5 { usual_hours() } else { Vec::new() };
        match self.0.get(&date.year()) {
            Some(year) => match year.days.as_bytes().get(date.ordinal0() as usize) {
                Some(b'w') => year.hours.clone(),
                Some(_) => Vec::new(),
                None => usual(),
            },
            None => usual(),
        }
    }
}

fn usual_hours() -> Vec<(u32, u32)> {
    vec![(8 * 60 + 30, 12 * 60), (14 * 60 + 30, 17 * 60 + 30)]
}

fn parse_hours(text: &str) -> Option<Vec<(u32, u32)>> {
    let minutes = |text: &str| {
        let (hours, minutes) = text.trim().split_once(':')?;
        let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 24 && minutes < 60).then_some(hours * 60 + minutes)
    };
    let spans = text.split(',').map(|span| {
        let (from, to) = span.split_once('-')?;
        let (from, to) = (minutes(from)?, minutes(to)?);
        (from < to).then_some((from, to))
    });
    spans.collect()
}

fn minutes(ms: u64) -> u32 {
    u32::try_from(ms.div_ceil(MINUTE_MS)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clock time, in Shanghai, at which a limit runs out.
    fn ends(calendar: &WorkCalendar, start: &str, work_minutes: u32) -> String {
        let start = day::time_ms(start).unwrap();
        let end = start + u64::from(calendar.minutes_until(start, work_minutes)) * MINUTE_MS;
        let shanghai = day::time_text(end + 8 * 3_600_000);
        shanghai[..16].replace('T', " ")
    }

    #[test]
    fn a_limit_counts_work_hours_over_lunch_nights_and_weekends() {
        let calendar = WorkCalendar::default();
        // Monday 2026-11-23, 11:00 in Shanghai.
        assert_eq!(ends(&calendar, "2026-11-23T03:00:00.000Z", 60), "2026-11-23 12:00");
        assert_eq!(ends(&calendar, "2026-11-23T03:00:00.000Z", 90), "2026-11-23 15:00");
        assert_eq!(ends(&calendar, "2026-11-23T03:00:00.000Z", 390), "2026-11-24 11:00");
        // Friday 17:00: half an hour today, the rest on Monday.
        assert_eq!(ends(&calendar, "2026-11-27T09:00:00.000Z", 60), "2026-11-30 09:00");
    }

    #[test]
    fn holidays_and_working_saturdays_come_from_the_calendar() {
        let mut days: Vec<u8> = vec![b'h'; 365];
        days[327] = b'w'; // 2026-11-24
        let calendar = WorkCalendar::default().with_year(2026, &String::from_utf8(days).unwrap(), "09:00-10:00");
        assert_eq!(ends(&calendar, "2026-11-20T03:00:00.000Z", 30), "2026-11-24 09:30");
    }

    #[test]
    fn a_calendar_without_workdays_ends_all_the_same() {
        let calendar = (2026..2031)
            .fold(WorkCalendar::default(), |all, year| all.with_year(year, &"h".repeat(366), "09:00-10:00"));
        assert!(calendar.minutes_until(day::time_ms("2026-11-20T03:00:00.000Z").unwrap(), 30) >= 30);
        assert_eq!(parse_hours("9-10"), None);
        assert_eq!(parse_hours("10:00-09:00"), None);
    }
}
