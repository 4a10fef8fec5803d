//! Days and times as text. Days are in Asia/Shanghai, which has been UTC+8 without summer time since 1991.

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat, TimeZone, Utc};

/// China Standard Time. Eight hours always fit, so this cannot fail.
fn shanghai() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

/// The day in Asia/Shanghai at a moment, as `2026-11-23`.
pub fn day_of(ms: u64) -> String {
    moment(ms).with_timezone(&shanghai()).format("%Y-%m-%d").to_string()
}

/// A moment as it travels: UTC with milliseconds, `2026-11-23T01:12:00.000Z`.
pub fn time_text(ms: u64) -> String {
    moment(ms).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The milliseconds of a time that travelled; `None` unless it is spelled exactly as [`time_text`] spells it.
pub fn time_ms(text: &str) -> Option<u64> {
    let ms = u64::try_from(DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis()).ok()?;
    (time_text(ms) == text).then_some(ms)
}

/// A day spelled `YYYY-MM-DD` that exists in the calendar.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (day.format("%Y-%m-%d").to_string() == text).then_some(day)
}

/// The moment a day begins in Asia/Shanghai; `None` when it is not a day.
pub fn start_of(day: &str) -> Option<u64> {
    let midnight = parse_day(day)?.and_hms_opt(0, 0, 0)?.and_local_timezone(shanghai()).single()?;
    u64::try_from(midnight.timestamp_millis()).ok()
}

/// The day so many days later (or earlier, when negative); the same text when it is not a day.
pub fn add_days(text: &str, days: i64) -> String {
    parse_day(text)
        .and_then(|day| day.checked_add_signed(chrono::TimeDelta::days(days)))
        .map_or_else(|| text.to_owned(), |day| day.format("%Y-%m-%d").to_string())
}

/// Whole years from a birthday to a day; `None` when either is no day or the birthday lies ahead.
pub fn age_on(born_on: &str, today: &str) -> Option<u32> {
    parse_day(today)?.years_since(parse_day(born_on)?)
}

fn moment(ms: u64) -> DateTime<Utc> {
    // Beyond the calendar (year 262,000) only a broken clock goes; the epoch is then as good as anything.
    i64::try_from(ms).ok().and_then(|ms| Utc.timestamp_millis_opt(ms).single()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_is_shanghais() {
        let ms = time_ms("2026-11-22T16:00:00.000Z").unwrap();
        assert_eq!((day_of(ms - 1).as_str(), day_of(ms).as_str()), ("2026-11-22", "2026-11-23"));
    }

    #[test]
    fn only_one_spelling_of_a_time_or_day_is_taken() {
        assert!(time_ms("2026-11-23T01:12:00Z").is_none());
        assert!(time_ms("2026-11-23T09:12:00.000+08:00").is_none());
        assert!(parse_day("2026-2-3").is_none() && parse_day("2026-02-30").is_none());
        assert_eq!(age_on("2012-11-24", "2026-11-23"), Some(13));
    }
}
