//! A district generated from a seed, for demonstrations, tests and benches: real divisions, made-up everything else.
//!
//! Nobody in it exists: identity numbers start with 999999, which is no division, and phones with 100, which is no
//! number. The same seed, community and day give the same bytes on every machine.
//!
//! A district is made of independent parts (the district itself, a street, a community), each with its own chance and
//! its own run of ids, so that all communities can be made one after another without holding more than one.
//!
//! Read in this order: [`divisions`] (the real part), `parts` (what a district is made of), `places`,
//! `people`, `staff`, `visits`, and `draft` (how records come about).

mod calendar;
mod categories;
pub mod divisions;
mod draft;
pub mod export;
mod issues;
mod names;
mod numbers;
mod parts;
mod people;
mod places;
mod prng;
mod staff;
mod visits;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use sync_protocol::{RecordId, Value};

/// The real divisions of Xiangshan district; see `data/SOURCE.md`.
pub const XIANGSHAN_CSV: &str = include_str!("../data/xiangshan_divisions.csv");

/// The seed of the demonstration that comes with the product.
pub const DEFAULT_SEED: u64 = 340_603;

/// The fields of a record as its creating edit has them: an element of a set is `name:element`.
pub type Fields = BTreeMap<String, Value>;

/// A record to be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seed {
    pub kind: String,
    pub id: RecordId,
    /// Who wrote it; `None` where it comes from an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<RecordId>,
    pub fields: Fields,
}

/// Somebody who may sign in. The relay gives the password; it is in no record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DemoAccount {
    pub person: RecordId,
    pub sign_in_name: String,
    pub name: String,
    /// A role as assignments spell it: `grid_worker`, `supervisor`.
    pub role: String,
    /// Where, in words for a list of accounts: 东街道 供电社区 第一网格.
    pub place: String,
}

/// Records, parents first, and those of their people who may sign in.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct District {
    pub records: Vec<Seed>,
    pub accounts: Vec<DemoAccount>,
}

/// 供电社区, in the old town.
pub fn default_community() -> &'static str {
    "340603002001"
}

/// The whole tree of divisions and one community with everything in it, as it stands on a day. Empty when the community
/// is not in [`XIANGSHAN_CSV`] or `today` is not a day such as `2026-11-23`.
pub fn community(seed: u64, community_code: &str, today: &str) -> District {
    let tree = divisions::xiangshan();
    let all = || {
        let community = parts::community(seed, today, &tree, community_code, &parts::Extent::alone())?;
        let street = parts::street(seed, today, &tree, community_code.get(..9)?, true)?;
        Some([parts::district(seed, today, &tree)?, street, community])
    };
    let mut whole = District::default();
    for part in all().into_iter().flatten() {
        whole.records.extend(part.records);
        whole.accounts.extend(part.accounts);
    }
    whole
}

/// Grids of the whole district, as its own account has them.
const DISTRICT_GRIDS: usize = 664;

/// A district with all its communities and a year of visits and issues, part after part, parents first: no more than one
/// community is ever in memory. With a street's code, only the communities of that street are filled. Empty when `today` is
/// not a day.
pub fn whole(seed: u64, today: &str, street: Option<&str>) -> impl Iterator<Item = District> + use<> {
    let (tree, today, street) = (divisions::xiangshan(), today.to_owned(), street.unwrap_or_default().to_owned());
    let top = parts::district(seed, &today, &tree);
    let categories = top.as_ref().map(|top| issues::categories(&top.records)).unwrap_or_default();
    let count = tree.values().filter(|row| row.level == "community").count().max(1);
    // Spread evenly: seven or eight a community.
    let grids = (0..count).map(|at| DISTRICT_GRIDS * (at + 1) / count - DISTRICT_GRIDS * at / count);
    let mut grids = grids.collect::<Vec<_>>().into_iter();
    let mut rest = Vec::new();
    for row in tree.values() {
        let grids = if row.level == "community" { grids.next() } else { None };
        if row.level != "district" && row.code.starts_with(&street) {
            rest.push((row.code.clone(), grids));
        }
    }
    // By length of code: streets before communities, as the tree has them.
    let rest = rest.into_iter().map(move |(code, grids)| match grids {
        None => parts::street(seed, &today, &tree, &code, default_community().starts_with(&code)),
        Some(grids) => {
            let is_of_tour = code == default_community();
            let extent = parts::Extent { grids, is_of_tour, visits: visits::YEAR, issues: &categories };
            parts::community(seed, &today, &tree, &code, &extent)
        }
    });
    // A part that could not be made is empty rather than missing, so that the number of parts is known beforehand.
    std::iter::once(top).chain(rest).map(Option::unwrap_or_default)
}
