//! Stamps below each other, part by part.

use super::Misfit;
use super::runs::Runs;
use crate::ids::DeviceNumber;
use crate::stamp::{MAX_MS, Stamp};
use serde::{Deserialize, Serialize};

/// Milliseconds and counters as differences, devices as they are.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Stamps {
    ms: Runs<i64>,
    counters: Runs<i64>,
    devices: Runs<u32>,
}

impl Stamps {
    pub(super) fn is_empty(&self) -> bool {
        self.ms.is_empty()
    }

    pub(super) fn unfold(self, count: usize) -> Result<Vec<Stamp>, Misfit> {
        const NAME: &str = "stamps";
        let ms = self.ms.unfold_steps(count, NAME)?;
        let counters = self.counters.unfold_steps(count, NAME)?;
        let devices = self.devices.unfold(count, NAME)?;
        let stamp = |((ms, counter), device)| {
            Ok(Stamp {
                ms: u64::try_from(ms).ok().filter(|ms| *ms <= MAX_MS).ok_or(Misfit(NAME))?,
                counter: u16::try_from(counter).map_err(|_| Misfit(NAME))?,
                device: DeviceNumber(device),
            })
        };
        ms.into_iter().zip(counters).zip(devices).map(stamp).collect()
    }
}

impl FromIterator<Stamp> for Stamps {
    fn from_iter<I: IntoIterator<Item = Stamp>>(stamps: I) -> Self {
        let stamps: Vec<Stamp> = stamps.into_iter().collect();
        Self {
            ms: Runs::of_steps(stamps.iter().map(|stamp| stamp.ms.cast_signed())),
            counters: Runs::of_steps(stamps.iter().map(|stamp| stamp.counter.into())),
            devices: stamps.iter().map(|stamp| stamp.device.0).collect(),
        }
    }
}
