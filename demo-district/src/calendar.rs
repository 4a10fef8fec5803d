//! Workdays and their hours, by which limits are counted.

use crate::draft::{Draft, fields};
use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use sync_protocol::day;

/// As the district's offices work: six and a half hours.
const HOURS: &str = "08:30-12:00,14:30-17:30";

/// Days off and days of work in their place, month and day, as the General Office of the State Council set them for
/// 2026 on 4 November 2025.
const OFF_2026: [((u32, u32), (u32, u32)); 7] = [
    ((1, 1), (1, 3)),
    ((2, 15), (2, 23)),
    ((4, 4), (4, 6)),
    ((5, 1), (5, 5)),
    ((6, 19), (6, 21)),
    ((9, 25), (9, 27)),
    ((10, 1), (10, 7)),
];
const WORKED_2026: [(u32, u32); 6] = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)];

/// Holidays by law that fall on the same date every year. Those by the moon, and the days moved around all of them, are
/// announced each November; other years than 2026 go without until an administrator enters them.
const FIXED_OFF: [(u32, u32); 6] = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)];

pub(crate) fn is_workday(day: NaiveDate) -> bool {
    let date = (day.month(), day.day());
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    if day.year() == 2026 {
        let off = OFF_2026.iter().any(|(first, last)| (*first..=*last).contains(&date));
        return WORKED_2026.contains(&date) || !(off || weekend);
    }
    !(weekend || FIXED_OFF.contains(&date))
}

/// The calendar of a year: one letter a day from 1 January, w for work and h for holiday.
fn letters(year: i32) -> String {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    let days = std::iter::successors(first, |day| day.checked_add_signed(TimeDelta::days(1)));
    days.take_while(|day| day.year() == year).map(|day| if is_workday(day) { 'w' } else { 'h' }).collect()
}

/// This year and the next, because a limit set in December runs into January.
pub(crate) fn add(draft: &mut Draft<'_>) {
    let Some(today) = day::parse_day(draft.today) else { return };
    for year in [today.year(), today.year() + 1] {
        let calendar = [("year", year.into()), ("days", letters(year).into()), ("hours", HOURS.into())];
        draft.add("workday_calendar", fields(calendar));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_2026_is_as_it_was_announced() {
        let year = letters(2026);
        let at = |month, day| year.as_bytes()[NaiveDate::from_ymd_opt(2026, month, day).unwrap().ordinal0() as usize];
        assert_eq!(year.len(), 365);
        assert_eq!(letters(2028).len(), 366);
        // New Year to Sunday 4 January, the Spring Festival with both Saturdays worked, National Day.
        assert_eq!([at(1, 2), at(1, 4), at(2, 14), at(2, 15), at(2, 23), at(2, 24), at(2, 28)], *b"hwwhhww");
        assert_eq!([at(9, 20), at(10, 1), at(10, 7), at(10, 8), at(10, 10), at(11, 22), at(11, 23)], *b"whhwwhw");
        // 365 days, less 104 at weekends, with 6 of those worked and 19 workdays off.
        assert_eq!(year.matches('w').count(), 365 - 104 + 6 - 19);
    }
}
