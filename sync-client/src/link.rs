//! The enrolment link: `linli:enrol?u=<relay address>&c=<one-time code>&p=<pin of the relay's key>`, with
//! `t=<pin of the certificate that vouches for the relay>` for an https address, and `d=1` where the store holds made-up
//! people only. It is typed, pasted, or later scanned.

use std::fmt;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnrolLink {
    pub relay: String,
    pub code: String,
    pub key_pin: String,
    /// SHA-256 in hex; there for every https address. No authority of the system is asked: any of a hundred could vouch
    /// for an impostor, and this one the administrator handed over together with the address.
    pub certificate_pin: Option<String>,
    pub demonstration: bool,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an enrolment link: {0}")]
pub struct Malformed(pub &'static str);

impl EnrolLink {
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        // Pasted from a message, a link often brings spaces and line breaks with it.
        let text: String = text.split_whitespace().collect();
        let query = text.strip_prefix("linli:enrol?").ok_or(Malformed("it does not begin with linli:enrol?"))?;
        let part = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let relay = percent_decoded(part("u").ok_or(Malformed("the address is missing"))?)
            .ok_or(Malformed("the address is garbled"))?;
        let code = part("c").filter(|code| !code.is_empty()).ok_or(Malformed("the code is missing"))?;
        let key_pin = part("p").filter(|pin| !pin.is_empty()).ok_or(Malformed("the pin is missing"))?;
        if !is_safe_address(&relay) {
            return Err(Malformed("the address is neither https nor this machine"));
        }
        let certificate_pin = part("t").map(str::to_ascii_lowercase);
        match &certificate_pin {
            Some(pin) if pin.len() != 64 || !pin.bytes().all(|b| b.is_ascii_hexdigit()) => {
                return Err(Malformed("the certificate's pin is garbled"));
            }
            None if relay.starts_with("https://") => return Err(Malformed("the certificate's pin is missing")),
            _ => {}
        }
        Ok(Self {
            relay: relay.trim_end_matches('/').to_owned(),
            code: code.to_owned(),
            key_pin: key_pin.to_owned(),
            certificate_pin,
            demonstration: part("d") == Some("1"),
        })
    }
}

impl fmt::Display for EnrolLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relay: String = self.relay.replace('%', "%25").replace('&', "%26").replace('?', "%3F").replace('#', "%23");
        write!(f, "linli:enrol?u={relay}&c={}&p={}", self.code, self.key_pin)?;
        if let Some(pin) = &self.certificate_pin {
            write!(f, "&t={pin}")?;
        }
        if self.demonstration { write!(f, "&d=1") } else { Ok(()) }
    }
}

/// Without TLS only this machine is spoken to: anybody on the way could read and change the rest.
pub fn is_safe_address(relay: &str) -> bool {
    let Some(rest) = relay.strip_prefix("http://") else { return relay.starts_with("https://") };
    let here = rest.split('/').next().unwrap_or_default();
    // Nothing but a port may follow: in `127.0.0.1:80@example.org` this machine is only the user's name.
    ["127.0.0.1", "localhost", "[::1]"].iter().filter_map(|host| here.strip_prefix(host)).any(|port| {
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_back_as_it_was_written_even_when_pasted_with_line_breaks() {
        let link = EnrolLink {
            relay: "http://127.0.0.1:7400".into(),
            code: "12345678".into(),
            key_pin: "ab12".into(),
            certificate_pin: None,
            demonstration: true,
        };
        assert_eq!(EnrolLink::parse(&link.to_string()), Ok(link.clone()));
        assert_eq!(
            EnrolLink::parse(" linli:enrol?u=http%3A%2F%2F127.0.0.1%3A7400/\n&c=12345678&p=ab12&d=1 "),
            Ok(link.clone())
        );
        let with_tls =
            EnrolLink { relay: "https://relay.example.org".into(), certificate_pin: Some("0f".repeat(32)), ..link };
        assert_eq!(EnrolLink::parse(&with_tls.to_string()), Ok(with_tls));
    }

    #[test]
    fn a_garbled_link_says_what_is_missing() {
        for (text, reason) in [
            ("hello", "it does not begin with linli:enrol?"),
            ("linli:enrol?c=1&p=2", "the address is missing"),
            ("linli:enrol?u=http://127.0.0.1:1&p=2", "the code is missing"),
            ("linli:enrol?u=http://127.0.0.1:1&c=1", "the pin is missing"),
            ("linli:enrol?u=http://example.org&c=1&p=2", "the address is neither https nor this machine"),
            ("linli:enrol?u=http://127.0.0.1:80@example.org&c=1&p=2", "the address is neither https nor this machine"),
            ("linli:enrol?u=http://localhost.example.org&c=1&p=2", "the address is neither https nor this machine"),
            ("linli:enrol?u=https://example.org&c=1&p=2", "the certificate's pin is missing"),
            ("linli:enrol?u=https://example.org&c=1&p=2&t=0f0f", "the certificate's pin is garbled"),
            ("linli:enrol?u=%zz&c=1&p=2", "the address is garbled"),
        ] {
            assert_eq!(EnrolLink::parse(text), Err(Malformed(reason)), "{text}");
        }
    }
}
