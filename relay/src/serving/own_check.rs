//! A look at the relay's own certificate with the eyes of a device, before the first device does.

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::Arc;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30 * 24 * 3600);

/// What a device that comes to this address will object to, or will within a month; `None` when it will not.
pub fn objection(chain: &[CertificateDer<'_>], authorities: &[CertificateDer<'_>], url: &str) -> Option<String> {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let Ok(name) = ServerName::try_from(host) else { return Some(format!("{host:?} is no name or address")) };
    let (end_entity, intermediates) = chain.split_first()?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities.iter().map(|one| one.clone().into_owned()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = match WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build() {
        Ok(verifier) => verifier,
        Err(error) => return Some(error.to_string()),
    };
    let refusal = |at| verifier.verify_server_cert(end_entity, intermediates, &name, &[], at).err();
    let now = UnixTime::now();
    if let Some(error) = refusal(now) {
        return Some(error.to_string());
    }
    let soon = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()) + SOON);
    refusal(soon).map(|_| "it ends within 30 days; make a new one with linli-relay certificate".to_owned())
}
