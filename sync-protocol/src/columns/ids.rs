//! Ids below each other. Those minted together share most of their digits, which are left out.

use super::Misfit;
use crate::canonical::hex;
use serde::{Deserialize, Serialize};

const DIGITS: usize = 32;

/// Ids as 32 hex digits without hyphens, less the digits at the front that the id before has too. An id that is the same
/// as the one before is an empty text.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Ids(Vec<String>);

impl Ids {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn unfold(&self) -> Result<Vec<[u8; 16]>, Misfit> {
        let mut digits = [b'0'; DIGITS];
        self.0
            .iter()
            .map(|text| {
                let kept = DIGITS.checked_sub(text.len()).ok_or(Misfit("ids"))?;
                digits[kept..].copy_from_slice(text.as_bytes());
                bytes(&digits)
            })
            .collect()
    }
}

impl FromIterator<[u8; 16]> for Ids {
    fn from_iter<I: IntoIterator<Item = [u8; 16]>>(ids: I) -> Self {
        let mut before = String::from_utf8(vec![b'0'; DIGITS]).unwrap_or_default();
        let shortened = ids.into_iter().map(|id| {
            let digits = hex(&id);
            let shared = digits.bytes().zip(before.bytes()).take_while(|(one, other)| one == other).count();
            let rest = digits.get(shared..).unwrap_or_default().to_owned();
            before = digits;
            rest
        });
        Self(shortened.collect())
    }
}

fn bytes(digits: &[u8; DIGITS]) -> Result<[u8; 16], Misfit> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(Misfit("ids")),
    };
    let mut id = [0; 16];
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Ok(id)
}

/// Ids that share nothing, such as hashes, one behind the other in base64url: a sixth less than hex once packed.
pub(super) mod hashes {
    use super::Misfit;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    pub fn text(ids: impl IntoIterator<Item = [u8; 16]>) -> String {
        URL_SAFE_NO_PAD.encode(ids.into_iter().flatten().collect::<Vec<u8>>())
    }

    pub fn read(text: &str, count: usize) -> Result<Vec<[u8; 16]>, Misfit> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Misfit("edits"))?;
        let (ids, rest) = bytes.as_chunks::<16>();
        if ids.len() == count && rest.is_empty() { Ok(ids.to_vec()) } else { Err(Misfit("edits")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_digits_are_left_out() {
        let ids = [[0x11; 16], [0x11; 16], [[0x11; 15].as_slice(), &[0x12]].concat().try_into().unwrap()];
        let packed: Ids = ids.into_iter().collect();
        assert_eq!(packed.0, ["1".repeat(32).as_str(), "", "2"]);
        assert_eq!(packed.unfold().unwrap(), ids);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for bad in ["x", "A", "é", &"1".repeat(33)] {
            assert!(Ids(vec![bad.to_owned()]).unfold().is_err(), "{bad}");
        }
        assert!(hashes::read("AAAA", 1).is_err());
    }
}
