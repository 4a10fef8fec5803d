//! Which value of a field wins, and what stays open for a person to decide.
//!
//! A field holds versions. A version is *named* once an edit lists its stamp as a base: somebody saw it and wrote over it.
//! The value is the unnamed version with the greatest order; other unnamed versions with another value are the sides of
//! an open conflict. That is a function of the set of versions, never of the order in which they arrived.

use crate::ids::EditId;
use crate::stamp::Stamp;
use crate::value::Value;

/// One value that some edit gave a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    pub stamp: Stamp,
    /// What comparison uses: the stamp, unless the relay gave another.
    pub order: Stamp,
    pub edit: EditId,
    pub value: Value,
    pub bases: Vec<Stamp>,
}

/// What a field shows: the version that won, and every other unnamed one, latest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Resolution<'a> {
    pub winner: Option<&'a Version>,
    pub others: Vec<&'a Version>,
}

impl<'a> Resolution<'a> {
    /// The sides of the open conflict: others that say something else than the winner.
    pub fn sides(&self) -> impl Iterator<Item = &'a Version> {
        let value = self.winner.map(|winner| &winner.value);
        self.others.clone().into_iter().filter(move |other| Some(&other.value) != value)
    }
}

/// Resolves a field from every version that replicas have seen of it.
pub fn resolve(versions: &[Version]) -> Resolution<'_> {
    let mut unnamed: Vec<&Version> =
        versions.iter().filter(|one| !versions.iter().any(|other| other.bases.contains(&one.stamp))).collect();
    // Equal orders happen when a tablet was cloned; the edit id decides then, alike on every replica.
    unnamed.sort_by_key(|version| std::cmp::Reverse((version.order, version.edit)));
    unnamed.dedup_by(|a, b| a.edit == b.edit);
    let mut unnamed = unnamed.into_iter();
    Resolution { winner: unnamed.next(), others: unnamed.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::DeviceNumber;
    use proptest::prelude::*;

    /// Up to five edits of one field by up to three devices. Each lists as bases some edits made before it, as a person
    /// can only have been shown what existed.
    fn histories() -> impl Strategy<Value = Vec<Version>> {
        prop::collection::vec((0u8..4, 0u32..3, prop::collection::vec(any::<bool>(), 5)), 0..=5).prop_map(|edits| {
            let mut versions: Vec<Version> = Vec::new();
            for (number, (value, device, shown)) in edits.into_iter().enumerate() {
                let stamp = Stamp { ms: number as u64 / 2, counter: number as u16, device: DeviceNumber(device) };
                let bases = versions.iter().zip(shown).filter(|(_, seen)| *seen).map(|(v, _)| v.stamp).collect();
                let edit = EditId::from_bytes([number as u8 + 1; 16]);
                versions.push(Version { stamp, order: stamp, edit, value: i64::from(value).into(), bases });
            }
            versions
        })
    }

    fn permutations(versions: &[Version]) -> Vec<Vec<Version>> {
        if versions.is_empty() {
            return vec![vec![]];
        }
        (0..versions.len())
            .flat_map(|first| {
                let mut rest = versions.to_vec();
                let head = rest.remove(first);
                permutations(&rest).into_iter().map(move |mut tail| {
                    tail.insert(0, head.clone());
                    tail
                })
            })
            .collect()
    }

    fn outcome(versions: &[Version]) -> (Option<Version>, Vec<Version>) {
        let resolution = resolve(versions);
        (resolution.winner.cloned(), resolution.others.into_iter().cloned().collect())
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(versions in histories()) {
            let expected = outcome(&versions);
            for arrival in permutations(&versions) {
                prop_assert_eq!(outcome(&arrival), expected.clone());
            }
        }

        #[test]
        fn receiving_the_same_copy_twice_changes_nothing(versions in histories()) {
            let twice = [versions.clone(), versions.clone()].concat();
            prop_assert_eq!(outcome(&twice), outcome(&versions));
        }

        #[test]
        fn nothing_unanswered_disappears(versions in histories()) {
            let (winner, others) = outcome(&versions);
            for version in &versions {
                let answered = versions.iter().any(|other| other.bases.contains(&version.stamp));
                let shown = winner.as_ref() == Some(version) || others.contains(version);
                prop_assert!(answered != shown, "{:?} is neither answered nor shown, or both", version);
            }
        }
    }

    #[test]
    fn two_people_who_did_not_see_each_other_leave_a_conflict_and_settling_ends_it() {
        let stamp = |ms| Stamp { ms, counter: 0, device: DeviceNumber(ms as u32) };
        let version = |ms, value: &str, bases: &[u64]| Version {
            stamp: stamp(ms),
            order: stamp(ms),
            edit: EditId::from_bytes([ms as u8; 16]),
            value: value.into(),
            bases: bases.iter().copied().map(stamp).collect(),
        };
        let mut versions = vec![version(1, "old", &[]), version(2, "tablet", &[1]), version(3, "console", &[1])];
        let sides: Vec<_> = resolve(&versions).sides().map(|side| side.value.clone()).collect();
        assert_eq!(
            (resolve(&versions).winner.unwrap().value.clone(), sides),
            ("console".into(), vec!["tablet".into()])
        );
        versions.push(version(4, "tablet", &[2, 3]));
        assert_eq!(resolve(&versions).others, Vec::<&Version>::new());
    }
}
