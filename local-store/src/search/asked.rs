//! What somebody typed: the index's words that can lead to it, and whether a name is truly meant by it.
//!
//! The index answers with few rows, not always with right ones: that its words stand next to each other is checked here,
//! against the record itself.

use super::reading;
use super::words::{self, Part};

/// Ways to cut letters into syllables and initials that are followed; longer ones come last.
const MOST_CUTS: usize = 8;
/// More ways to go on than this are not told to the index: it would read all of them to leave out few.
const MOST_ENDINGS: usize = 10;
/// Longer questions are no name.
const MOST_LETTERS: usize = 40;

/// A question about names and phone numbers: every term must be met.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    terms: Vec<Term>,
}

#[derive(Clone, Debug)]
struct Term {
    /// Characters, letters and numbers as they follow each other.
    runs: Vec<String>,
    letters: Vec<char>,
    /// The digits, where the term may be the end of a phone number.
    phone: Option<String>,
}

/// How well a name fits, best first: whether it does not begin with what was typed, and whether it goes on behind it.
pub(super) type Fit = (bool, bool);
const PHONE: Fit = (false, false);

impl Asked {
    /// `None` where nothing that could be searched for was typed.
    pub fn new(text: &str) -> Option<Self> {
        let text = words::plain(text);
        let numbers_only = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '-' | '+'));
        // 100 1234 5678 is one number, 3 2 501 is not.
        let terms: Vec<Term> = match numbers_only && words::digits(&text).len() >= 7 {
            true => Term::new(&words::digits(&text)).into_iter().collect(),
            false => text.split_whitespace().filter_map(Term::new).collect(),
        };
        (!terms.is_empty()).then_some(Self { terms })
    }

    /// The question to a full-text index. A strict one takes typed syllables as finished; the other lets the last go on.
    pub fn expression(&self, strict: bool) -> String {
        let terms: Vec<String> = self.terms.iter().map(|term| term.expression(strict)).collect();
        format!("({})", terms.join(") AND ("))
    }

    /// How well the best of these names fits, or the phone numbers; `None` where they are not meant.
    pub fn fit(&self, names: &[Vec<Part>], phones: &[&str]) -> Option<Fit> {
        self.terms.iter().map(|term| term.fit(names, phones)).try_fold((false, false), |worst, fit| {
            let fit = fit?;
            Some((worst.0 | fit.0, worst.1 | fit.1))
        })
    }
}

impl Term {
    fn new(typed: &str) -> Option<Self> {
        let runs = words::cut(typed);
        let letters: Vec<char> = runs.iter().flat_map(|run| run.chars()).take(MOST_LETTERS).collect();
        let digits = words::digits(typed);
        let phone = (digits.len() >= 3 && digits.len() == typed.trim_start_matches('+').len()).then_some(digits);
        (!letters.is_empty()).then_some(Self { runs, letters, phone })
    }

    fn expression(&self, strict: bool) -> String {
        let mut all: Vec<String> = Vec::new();
        for (at, run) in self.runs.iter().enumerate() {
            let Some(first) = run.chars().next() else { continue };
            match first {
                'a'..='z' => all.push(letters(run, strict)),
                '0'..='9' => all.push(number(run, !strict && at + 1 == self.runs.len())),
                _ => match self.runs.get(at + 1).filter(|next| !next.is_ascii()) {
                    Some(next) => all.push(quoted(format!("{run}{next}"))),
                    // The end of a run of characters stands in the pair before it already.
                    None if at > 0 && !self.runs[at - 1].is_ascii() => {}
                    None => all.push(quoted(run)),
                },
            }
        }
        let name = all.join(" AND ");
        match self.phone.as_deref().and_then(words::phone_tail) {
            // Three digits are the end of many tails, more of one.
            Some(tail) if tail.len() <= 4 => format!("{}* OR ({name})", quoted(&tail)),
            Some(tail) => format!("{} OR ({name})", quoted(&tail)),
            None => name,
        }
    }

    fn fit(&self, names: &[Vec<Part>], phones: &[&str]) -> Option<Fit> {
        if let Some(digits) = &self.phone
            && phones.iter().any(|phone| words::digits(phone).ends_with(digits.as_str()))
        {
            return Some(PHONE);
        }
        names.iter().flat_map(|parts| starts(parts, &self.letters)).min()
    }
}

/// How the letters fit from each part on.
fn starts(parts: &[Part], letters: &[char]) -> impl Iterator<Item = Fit> {
    (0..parts.len()).filter_map(move |at| follow(&parts[at..], letters).map(|to_the_end| (at > 0, !to_the_end)))
}

/// Whether the letters can be spread over these parts, and if so whether they end with the last one, whole: each part takes its character,
/// or some letters from the beginning of one of its readings.
fn follow(parts: &[Part], letters: &[char]) -> Option<bool> {
    // The places in `letters` that can be reached, and whether the part before was taken whole.
    let mut reached = vec![(0, true)];
    let mut best = None;
    for (at, part) in parts.iter().enumerate() {
        let mut next: Vec<(usize, bool)> = Vec::new();
        for &(from, _) in &reached {
            for spelling in std::iter::once(&part.text).chain(&part.sounds) {
                let common = spelling.chars().zip(&letters[from..]).take_while(|(one, other)| one == *other).count();
                let whole = spelling.chars().count();
                next.extend((1..=common).map(|taken| (from + taken, taken == whole)));
            }
        }
        next.sort_unstable();
        next.dedup();
        let done = next.iter().filter(|(to, _)| *to == letters.len());
        let last = at + 1 == parts.len();
        best = best.max(done.map(|(_, filled)| *filled && last).max());
        next.retain(|(to, _)| *to < letters.len());
        if next.is_empty() {
            break;
        }
        reached = next;
    }
    best
}

/// A number, which goes on only where somebody may still be typing it. One digit is told with the next: alone it would also
/// lead to every word that is marked by it, such as all runs of initials.
fn number(run: &str, goes_on: bool) -> String {
    match (goes_on, run.len()) {
        (false, _) => quoted(run),
        (true, 1) => {
            let longer: String = (0..10).map(|next| format!(" OR {}*", quoted(format!("{run}{next}")))).collect();
            format!("({}{longer})", quoted(run))
        }
        (true, _) => format!("{}*", quoted(run)),
    }
}

/// What a run of letters may be: syllables, initials, a mixture of both, or a word that is no Chinese.
fn letters(run: &str, strict: bool) -> String {
    let mut ways: Vec<String> = cuts(run).iter().map(|cut| way(cut, strict)).collect();
    if run.len() > 1 || ways.is_empty() {
        ways.push(format!("{}*", quoted(words::latin(run))));
    }
    format!("({})", ways.join(" OR "))
}

fn way(cut: &[&str], strict: bool) -> String {
    let mut all: Vec<String> = Vec::new();
    let firsts: String = cut.iter().filter_map(|segment| segment.get(..1)).collect();
    match firsts.len() {
        0 | 1 => {}
        2 => all.push(quoted(words::initials(&firsts))),
        _ => all.extend((0..firsts.len() - 2).map(|at| quoted(words::initials(&firsts[at..at + 3])))),
    }
    for (at, segment) in cut.iter().enumerate() {
        let last = at + 1 == cut.len();
        let alone = cut.len() == 1;
        if reading::is_syllable(segment) && (strict || !last) && (alone || segment.len() > 1) {
            all.push(quoted(segment));
        } else if last {
            let endings: Vec<String> = reading::beginning_with(segment).map(quoted).collect();
            // Otherwise its initial, which stands in a run already, has to do.
            if alone || endings.len() <= MOST_ENDINGS {
                all.push(format!("({})", endings.join(" OR ")));
            }
        }
    }
    format!("({})", all.join(" AND "))
}

/// The ways to cut letters so that each piece begins a syllable: those with the fewest pieces or one more, and single
/// initials, which are typed most.
fn cuts(run: &str) -> Vec<Vec<&str>> {
    let mut finished: Vec<Vec<&str>> = Vec::new();
    let mut open: Vec<(usize, Vec<&str>)> = vec![(0, Vec::new())];
    let mut rounds_left = None;
    while !open.is_empty() && finished.len() < MOST_CUTS && rounds_left != Some(0) {
        let mut next = Vec::new();
        for (from, pieces) in open {
            let rest = &run[from..];
            for length in (1..=rest.len().min(6)).rev() {
                let piece = &rest[..length];
                if reading::beginning_with(piece).next().is_none() {
                    continue;
                }
                let mut longer = pieces.clone();
                longer.push(piece);
                if length == rest.len() { finished.push(longer) } else { next.push((from + length, longer)) }
            }
        }
        // Longest pieces were tried first, so what is left out is the least likely.
        next.truncate(512);
        open = next;
        rounds_left = rounds_left.map(|left: u32| left - 1).or_else(|| (!finished.is_empty()).then_some(1));
    }
    finished.truncate(MOST_CUTS);
    let singles: Vec<&str> = (0..run.len()).filter_map(|at| run.get(at..at + 1)).collect();
    let can_be = singles.iter().all(|letter| reading::beginning_with(letter).next().is_some());
    if can_be && !finished.contains(&singles) {
        finished.push(singles);
    }
    finished
}

fn quoted(word: impl AsRef<str>) -> String {
    format!("\"{}\"", word.as_ref().replace('"', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(typed: &str, name: &str) -> Option<Fit> {
        Asked::new(typed).unwrap().fit(&words::of_person(name, None), &[])
    }

    #[test]
    fn letters_are_cut_into_syllables_and_initials() {
        assert_eq!(cuts("wxm"), [["w", "x", "m"]]);
        assert_eq!(cuts("wang")[0], ["wang"]);
        assert!(cuts("wangxm").contains(&vec!["wang", "x", "m"]));
        assert!(cuts("xian").contains(&vec!["xi", "an"]));
        assert!(cuts("iuv").is_empty());
        assert!(cuts("han").contains(&vec!["h", "a", "n"]));
        assert!(cuts(&"a".repeat(40)).len() <= MOST_CUTS + 1);
    }

    #[test]
    fn a_whole_name_fits_better_than_its_beginning_and_that_better_than_its_middle() {
        assert_eq!(fits("王丽", "王丽"), Some((false, false)));
        assert_eq!(fits("wangli", "王丽华"), Some((false, true)));
        assert_eq!(fits("丽华", "王丽华"), Some((true, false)));
        assert_eq!(fits("王华", "王丽华"), None);
        assert_eq!(fits("hl", "王丽华"), None);
    }

    #[test]
    fn what_is_no_word_asks_nothing_and_quotes_do_no_harm() {
        assert!(Asked::new("  · '' ").is_none());
        assert_eq!(Asked::new("\"王\" OR *").unwrap().expression(true).matches('王').count(), 1);
    }
}
