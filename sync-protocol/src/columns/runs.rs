//! A list in which `[value, count]` stands for so many times the value, one after another.

use super::{MAX_ROWS, Misfit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Neighbours that are equal, written once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Runs<T>(Vec<(T, u32)>);

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Runs<T> {
    pub(super) fn push(&mut self, value: T) {
        match self.0.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => self.0.push((value, 1)),
        }
    }
}

impl<T: PartialEq> FromIterator<T> for Runs<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut runs = Self::default();
        values.into_iter().for_each(|value| runs.push(value));
        runs
    }
}

impl<T> Runs<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Clone> Runs<T> {
    /// The values one by one; an error when they are not so many.
    pub(super) fn unfold(self, count: usize, name: &'static str) -> Result<Vec<T>, Misfit> {
        // Counted before anything is made: a run of four thousand million takes twelve bytes to write.
        let claimed: u64 = self.0.iter().map(|(_, count)| u64::from(*count)).sum();
        if claimed != count as u64 || count > MAX_ROWS {
            return Err(Misfit(name));
        }
        let repeated = |(value, count)| std::iter::repeat_n(value, count as usize);
        Ok(self.0.into_iter().flat_map(repeated).collect())
    }
}

impl Runs<i64> {
    /// A list of numbers by their differences, the first counted from 0.
    pub(super) fn of_steps(numbers: impl IntoIterator<Item = i64>) -> Self {
        let mut before = 0i64;
        let step = |number: i64| number.wrapping_sub(std::mem::replace(&mut before, number));
        numbers.into_iter().map(step).collect()
    }

    /// The numbers behind their differences.
    pub(super) fn unfold_steps(self, count: usize, name: &'static str) -> Result<Vec<i64>, Misfit> {
        let mut at = 0i64;
        let mut numbers = self.unfold(count, name)?;
        for number in &mut numbers {
            at = at.wrapping_add(*number);
            *number = at;
        }
        Ok(numbers)
    }
}

impl Runs<u32> {
    /// How much all of it sums up to, where it counts rows of another column.
    pub(super) fn sum(&self, name: &'static str) -> Result<usize, Misfit> {
        let sum: u128 = self.0.iter().map(|(value, count)| u128::from(*value) * u128::from(*count)).sum();
        usize::try_from(sum).ok().filter(|sum| *sum <= MAX_ROWS).ok_or(Misfit(name))
    }
}

impl<T: Serialize> Serialize for Runs<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(value, count)| match count {
            1 => Element::One(value),
            count => Element::Many(value, *count),
        }))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Runs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let elements = Vec::<Element<T>>::deserialize(deserializer)?;
        let run = |element| match element {
            Element::One(value) => (value, 1),
            Element::Many(value, count) => (value, count),
        };
        Ok(Self(elements.into_iter().map(run).collect()))
    }
}

/// Values of runs are never lists themselves, so the two are told apart by their form.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Element<T> {
    One(T),
    Many(T, u32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_written_once_and_single_values_plainly() {
        let runs: Runs<i64> = [7, 1, 1, 1, 9].into_iter().collect();
        let text = serde_json::to_string(&runs).unwrap();
        assert_eq!(text, "[7,[1,3],9]");
        assert_eq!(serde_json::from_str::<Runs<i64>>(&text).unwrap().unfold(5, "x").unwrap(), [7, 1, 1, 1, 9]);
    }

    #[test]
    fn a_run_that_claims_more_than_there_is_costs_nothing() {
        let runs: Runs<i64> = serde_json::from_str("[[0,4294967295],[0,4294967295]]").unwrap();
        assert_eq!(runs.unfold(3, "x"), Err(Misfit("x")));
        let counts: Runs<u32> = serde_json::from_str("[[4294967295,4294967295]]").unwrap();
        assert_eq!(counts.sum("x"), Err(Misfit("x")));
    }
}
