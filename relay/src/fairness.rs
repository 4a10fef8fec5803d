//! How often one device, or one address, may call: so that a tablet in a loop (F32) costs the others nothing.
//!
//! A device is known by the hash of its token, so that thousands behind one address do not share a limit. A token that
//! nobody has is counted for its address: whoever invents tokens gains nothing by it. (governor itself rather than
//! tower_governor, which knows one key per call and cannot count one after the fact.)

use crate::error::{RelayError, Result};
use crate::gate::spread;
use crate::settings::Limits;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;
use sync_protocol::{Code, DeviceNumber};

pub struct Fairness {
    devices: DefaultKeyedRateLimiter<[u8; 32]>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    /// Kibibytes of photos, by the number of the device that sends them.
    photos: DefaultKeyedRateLimiter<DeviceNumber>,
}

impl Fairness {
    pub fn new(limits: &Limits) -> Self {
        Self {
            devices: RateLimiter::keyed(quota(limits.device_calls_per_second, limits.device_burst)),
            addresses: RateLimiter::keyed(quota(limits.address_calls_per_second, limits.address_burst)),
            photos: RateLimiter::keyed(quota(
                limits.device_photo_kib_per_second,
                limits.device_photo_burst_mib.saturating_mul(1024),
            )),
        }
    }

    pub fn check_device(&self, token_hash: &[u8; 32]) -> Result<()> {
        check(&self.devices, token_hash)
    }

    pub fn check_address(&self, address: IpAddr) -> Result<()> {
        check(&self.addresses, &household(address))
    }

    /// Counts bytes of photos, so that one device cannot fill the disk in an afternoon.
    pub fn check_bytes(&self, device: DeviceNumber, bytes: u64) -> Result<()> {
        let kib = u32::try_from(bytes.div_ceil(1024)).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        match self.photos.check_key_n(&device, kib) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => Err(too_much(until.wait_time_from(DefaultClock::default().now()))),
            Err(_) => Err(RelayError::refused(Code::RequestTooLarge, "more bytes than a device may send at all")),
        }
    }

    /// Forgets who has rested.
    pub fn tidy(&self) {
        self.devices.retain_recent();
        self.addresses.retain_recent();
        self.photos.retain_recent();
    }
}

fn quota(per_second: u32, burst: u32) -> Quota {
    let at_least_one = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst))
}

fn check<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<()> {
    limiter.check_key(key).map_err(|until| too_much(until.wait_time_from(DefaultClock::default().now())))
}

fn too_much(wait: Duration) -> RelayError {
    metrics::counter!("linli_rate_limited_total").increment(1);
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(spread(1, 3));
    RelayError::wait(Code::TooManyRequests, "too many calls in a short time", seconds)
}

/// One line has 2^64 addresses of IPv6.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f32_one_device_is_stopped_and_the_next_is_not() {
        let fairness = Fairness::new(&Limits { device_burst: 3, device_calls_per_second: 1, ..Limits::default() });
        let (one, other) = ([1; 32], [2; 32]);
        assert!((0..3).all(|_| fairness.check_device(&one).is_ok()));
        let problem = fairness.check_device(&one).unwrap_err().problem();
        assert_eq!((problem.status, problem.code), (429, Code::TooManyRequests));
        assert!(problem.retry_after_s.is_some_and(|seconds| (1..=4).contains(&seconds)));
        assert!(fairness.check_device(&other).is_ok());
    }
}
