//! A page of a pull in columns.
//!
//! Each record and each other key that the page names has a number: records first, in the order of their tables, then the
//! others. Channels name them by number, as differences.

use super::ids::Ids;
use super::records::{self, Table};
use super::runs::Runs;
use super::{MAX_ROWS, Misfit};
use crate::channel::ChannelFacet;
use crate::digest::Digest;
use crate::ids::{RecordId, RecordKey};
use crate::messages::{ChannelPage, PullAnswer, WireRecord};
use crate::value::Value;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Serialize, Deserialize)]
struct Packed<V> {
    channels: Vec<Channel>,
    records: Vec<Table<V>>,
    /// Keys of records that are not on the page: those that departed or were erased.
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    keys: BTreeMap<String, Ids>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Serialize, Deserialize)]
struct Rest {
    epoch: crate::Epoch,
    more: bool,
    remaining: u64,
    grants_version: String,
    now_ms: u64,
}

#[derive(Serialize, Deserialize)]
struct Channel {
    #[serde(flatten)]
    at: ChannelFacet,
    position: u64,
    #[serde(default, skip_serializing_if = "Numbers::is_none")]
    listed: Numbers,
    #[serde(default, skip_serializing_if = "Numbers::is_none")]
    departed: Numbers,
    #[serde(default, skip_serializing_if = "Numbers::is_none")]
    erased: Numbers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

/// Numbers of keys with their count, which is not to be guessed from runs.
#[derive(Default, Serialize, Deserialize)]
struct Numbers(u32, Runs<i64>);

impl Numbers {
    fn is_none(&self) -> bool {
        self.0 == 0
    }

    fn of(keys: &[RecordKey], numbers: &HashMap<(&str, RecordId), i64>) -> Self {
        let number = |key: &RecordKey| numbers.get(&(key.kind.as_str(), key.id)).copied().unwrap_or_default();
        Self(keys.len() as u32, Runs::of_steps(keys.iter().map(number)))
    }

    fn keys(self, all: &[RecordKey]) -> Result<Vec<RecordKey>, Misfit> {
        let Self(count, steps) = self;
        let key = |number| usize::try_from(number).ok().and_then(|at| all.get(at)).cloned().ok_or(Misfit("listed"));
        steps.unfold_steps(count as usize, "listed")?.into_iter().map(key).collect()
    }
}

impl Serialize for PullAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut by_kind: BTreeMap<&str, Vec<&WireRecord>> = BTreeMap::new();
        for record in &self.records {
            by_kind.entry(&record.state.kind).or_default().push(record);
        }
        let on_page = by_kind.values().flatten().map(|record| (record.state.kind.as_str(), record.state.id));
        let mut numbers: HashMap<(&str, RecordId), i64> = on_page.zip(0..).collect();
        let named = self.channels.iter().flat_map(|page| page.listed.iter().chain(&page.departed).chain(&page.erased));
        let others: BTreeSet<(&str, RecordId)> =
            named.map(|key| (key.kind.as_str(), key.id)).filter(|key| !numbers.contains_key(key)).collect();
        let first = self.records.len() as i64;
        numbers.extend(others.iter().copied().zip(first..));
        let mut ids: BTreeMap<String, Vec<[u8; 16]>> = BTreeMap::new();
        for (kind, id) in others {
            ids.entry(kind.to_owned()).or_default().push(*id.as_bytes());
        }
        let channel = |page: &ChannelPage| Channel {
            at: page.at.clone(),
            position: page.position,
            listed: Numbers::of(&page.listed, &numbers),
            departed: Numbers::of(&page.departed, &numbers),
            erased: Numbers::of(&page.erased, &numbers),
            digest: page.digest,
        };
        let packed = Packed {
            channels: self.channels.iter().map(channel).collect(),
            records: by_kind.iter().map(|(kind, records)| records::pack(kind, records)).collect(),
            keys: ids.into_iter().map(|(kind, ids)| (kind, ids.into_iter().collect())).collect(),
            rest: Rest {
                epoch: self.epoch,
                more: self.more,
                remaining: self.remaining,
                grants_version: self.grants_version.clone(),
                now_ms: self.now_ms,
            },
        };
        packed.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PullAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        unpack(Packed::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

fn unpack(packed: Packed<Value>) -> Result<PullAnswer, Misfit> {
    let Rest { epoch, more, remaining, grants_version, now_ms } = packed.rest;
    let records = records::unpack(packed.records)?;
    let mut all: Vec<RecordKey> = records.iter().map(|record| record.state.key()).collect();
    for (kind, ids) in packed.keys {
        all.extend(ids.unfold()?.into_iter().map(|id| RecordKey::new(kind.clone(), RecordId::from_bytes(id))));
    }
    // Every channel may list every key: a few bytes could ask for their product.
    let claimed = |channel: &Channel| {
        [&channel.listed, &channel.departed, &channel.erased].map(|all| u64::from(all.0)).iter().sum::<u64>()
    };
    if packed.channels.iter().map(claimed).sum::<u64>() > MAX_ROWS as u64 {
        return Err(Misfit("listed"));
    }
    let page = |channel: Channel| {
        Ok(ChannelPage {
            at: channel.at,
            position: channel.position,
            listed: channel.listed.keys(&all)?,
            departed: channel.departed.keys(&all)?,
            erased: channel.erased.keys(&all)?,
            digest: channel.digest,
        })
    };
    let channels = packed.channels.into_iter().map(page).collect::<Result<_, _>>()?;
    Ok(PullAnswer { epoch, channels, records, more, remaining, grants_version, now_ms })
}
