//! Phones and identity numbers that nobody has and everybody recognises as made up.

use crate::names::Gender;
use std::collections::BTreeMap;

/// The district that identity numbers name; there is none with this code.
const NOWHERE: &str = "999999";

/// The numbers given out so far in one part of the district.
#[derive(Default)]
pub(crate) struct Numbers {
    phones: u32,
    births: BTreeMap<(String, Gender), u32>,
}

impl Numbers {
    /// Eleven digits: 100, the part, and six that no other phone of the part has.
    pub fn phone(&mut self, part: u32) -> String {
        self.phones += 1;
        // A step without a common divisor with a million visits every number once, and leaves the last four mixed.
        let number = u64::from(self.phones) * 618_033 % 1_000_000;
        format!("100{:02}{number:06}", part % 100)
    }

    /// Eighteen characters as GB 11643 builds them: place, birthday, a sequence that is odd for men, check digit.
    pub fn identity(&mut self, part: u32, born_on: &str, gender: Gender) -> String {
        let born: String = born_on.chars().filter(char::is_ascii_digit).collect();
        let count = self.births.entry((born.clone(), gender)).or_default();
        // Ten numbers a part and day, so that no two of the district are alike.
        let sequence = (part * 10 + (*count % 5) * 2 + u32::from(gender == Gender::Male)) % 1_000;
        *count += 1;
        let digits = format!("{NOWHERE}{born}{sequence:03}");
        let check = check_character(&digits);
        format!("{digits}{check}")
    }
}

/// The last character of an identity number, from the seventeen before it (ISO 7064, MOD 11-2).
fn check_character(digits: &str) -> char {
    let sum = digits.chars().filter_map(|c| c.to_digit(10)).fold(0, |sum, digit| (sum + digit) * 2 % 11);
    match (12 - sum) % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_is_that_of_the_standard() {
        // The two examples of GB 11643-1999, appendix A.
        assert_eq!(check_character("11010519491231002"), 'X');
        assert_eq!(check_character("44052418800101001"), '4');
    }

    #[test]
    fn numbers_are_told_apart_and_recognised() {
        let mut numbers = Numbers::default();
        let phones: std::collections::BTreeSet<_> = (0..20_000).map(|_| numbers.phone(7)).collect();
        assert_eq!(phones.len(), 20_000);
        assert!(phones.iter().all(|phone| phone.len() == 11 && phone.starts_with("10007")));
        let (one, two) =
            (numbers.identity(7, "1960-02-29", Gender::Male), numbers.identity(7, "1960-02-29", Gender::Male));
        assert!(one != two && one.starts_with("99999919600229071") && one.len() == 18, "{one} {two}");
    }
}
