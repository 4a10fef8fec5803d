//! What a name is found by: its parts with their readings, and the words that stand for them in the index.
//!
//! A name is a run of parts: a character with its readings, a word in Latin letters, a number. The words of the index are
//! chosen so that whatever somebody types selects few rows: characters and pairs of them, syllables, and runs of two and
//! three initials (marked `1`). Words in Latin letters that are no syllables are marked `0`, ends of phone numbers `9`
//! (backwards, so that typing on narrows), places `g`.

use super::reading;
use std::collections::BTreeSet;

/// One part of a name. `sounds` is empty for numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub text: String,
    pub sounds: Vec<String>,
}

/// Runs of initials that heteronyms of neighbours allow together; more are of no name.
const MOST_RUNS: usize = 24;

/// Text as it is compared: ASCII for its full-width twins, small letters, without marks that only choose a glyph and
/// without the dots and apostrophes that people leave out.
pub(super) fn plain(text: &str) -> String {
    let plain = text.chars().filter_map(|character| match character {
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{200B}'..='\u{200D}' => None,
        '·' | '•' | '・' | '‧' | '∙' | '⋅' | '.' | '\'' | '’' | '‘' | '`' => None,
        '\u{3000}' => Some(' '),
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0),
        '—' | '–' | '‐' | '−' => Some('-'),
        'ü' | 'Ü' => Some('v'),
        other => Some(other),
    });
    plain.flat_map(char::to_lowercase).collect()
}

/// A text cut into characters, words and numbers; everything between them is left out.
pub(super) fn cut(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before = None;
    for character in plain(text).chars() {
        let class = match character {
            'a'..='z' => Some('a'),
            '0'..='9' => Some('0'),
            other => other.is_alphanumeric().then_some('#').or_else(|| is_newer(other).then_some('#')),
        };
        match (class, parts.last_mut()) {
            (Some('a' | '0'), Some(last)) if class == before => last.push(character),
            (Some(_), _) => parts.push(character.into()),
            (None, _) => {}
        }
        before = class;
    }
    parts
}

/// Ideographs beyond the first plane, some of which are newer than the tables of the standard library.
fn is_newer(character: char) -> bool {
    matches!(character, '\u{20000}'..='\u{3FFFF}' | '\u{E000}'..='\u{F8FF}')
}

/// The parts of a person's name. `told` is the reading that the record tells, one word for each part.
pub(super) fn of_person(name: &str, told: Option<&str>) -> Vec<Vec<Part>> {
    let mut parts = of_text(name);
    for syllables in reading::of_surname(&plain(name)) {
        parts.iter_mut().zip(syllables).for_each(|(part, syllable)| part.sounds_like(syllable));
    }
    let told: Vec<String> = told.map(cut).unwrap_or_default();
    if told.len() == parts.len() {
        parts.iter_mut().zip(&told).for_each(|(part, syllable)| part.sounds_like(syllable));
        return vec![parts];
    }
    // Told in words of several syllables: a second way to write the same name.
    let spelled: Vec<Part> = told.into_iter().map(|word| Part { sounds: vec![word.clone()], text: word }).collect();
    [parts, spelled].into_iter().filter(|one| !one.is_empty()).collect()
}

/// The parts of any text.
pub(super) fn of_text(text: &str) -> Vec<Part> {
    let part = |text: String| {
        let sounds = match text.chars().next() {
            Some('a'..='z') => vec![text.clone()],
            Some(first) if !first.is_ascii() => reading::of_character(first),
            _ => Vec::new(),
        };
        Part { text, sounds }
    };
    cut(text).into_iter().map(part).collect()
}

impl Part {
    fn sounds_like(&mut self, syllable: &str) {
        if !self.sounds.iter().any(|one| one == syllable) {
            self.sounds.push(syllable.to_owned());
        }
    }

    fn is_character(&self) -> bool {
        self.text.chars().next().is_some_and(|first| !first.is_ascii())
    }

    fn initials(&self) -> BTreeSet<&str> {
        self.sounds.iter().filter_map(|sound| sound.get(..1)).collect()
    }
}

/// Adds the words that a name is found by.
pub(super) fn add(parts: &[Part], words: &mut BTreeSet<String>) {
    for (at, part) in parts.iter().enumerate() {
        if part.is_character() || part.sounds.is_empty() {
            words.insert(part.text.clone());
        }
        words.extend(part.sounds.iter().map(|sound| sounded(sound)));
        if let [one, two, ..] = &parts[at..]
            && one.is_character()
            && two.is_character()
        {
            words.insert(format!("{}{}", one.text, two.text));
        }
        for length in [2, 3] {
            let Some(run) = parts.get(at..at + length) else { continue };
            words.extend(runs(run).into_iter().map(|run| initials(&run)));
        }
    }
}

/// Every run of initials that neighbours can be read as.
fn runs(parts: &[Part]) -> Vec<String> {
    parts.iter().fold(vec![String::new()], |runs, part| {
        let longer =
            runs.iter().flat_map(|run| part.initials().into_iter().map(move |letter| format!("{run}{letter}")));
        longer.take(MOST_RUNS).collect()
    })
}

/// The word for a reading: itself, or marked where it is no syllable.
fn sounded(sound: &str) -> String {
    if reading::is_syllable(sound) { sound.to_owned() } else { latin(sound) }
}

/// The word for letters that are no syllable.
pub(super) fn latin(letters: &str) -> String {
    format!("0{letters}")
}

pub(super) fn initials(run: &str) -> String {
    format!("1{run}")
}

/// The word for the end of a phone number; `None` for what is too short to be one.
pub(super) fn phone_tail(phone: &str) -> Option<String> {
    let digits = digits(phone);
    let tail: String = digits.chars().rev().take(4).collect();
    (tail.len() >= 3).then(|| format!("9{tail}"))
}

pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The words for a channel that lists a record: the place itself and those above it, finest first.
pub(super) fn places(channel: &str) -> Vec<String> {
    let name: String = channel.chars().filter(char::is_ascii_alphanumeric).collect();
    let Some((_, code)) = channel.split_once(':').filter(|(scope, _)| matches!(*scope, "grid" | "division")) else {
        return vec![format!("g{name}")];
    };
    let lengths = [code.len(), 12, 9, 6].into_iter().filter(|length| *length <= code.len());
    let mut places: Vec<String> =
        lengths.filter_map(|length| code.get(..length)).map(|code| format!("g{code}")).collect();
    places.dedup();
    places
}
