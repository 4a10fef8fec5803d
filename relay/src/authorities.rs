//! Who vouches for the certificate that devices meet at the relay's address: the district's own authority, and a spare.
//!
//! The first one is pinned by enrolment links and has to be sent in the handshake; all of them are announced to devices,
//! signed by the relay's key, so that a certificate of the spare is trusted long before it is needed.

use crate::settings::Settings;
use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use sync_protocol::messages::certificate_pin;

/// More would make a long handshake and a long announcement; an authority, its spare and one that ends are three.
const MOST: usize = 4;

/// Certificates in DER; none where devices come over this machine only.
#[derive(Clone, Default, Debug)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Those the settings name or, where they name none, the last one of the relay's own chain.
    pub fn read(settings: &Settings) -> Result<Self> {
        let chain = settings.tls.as_ref().map(|tls| certificates(&tls.certificate)).transpose()?.unwrap_or_default();
        if settings.authorities.is_empty() {
            return Ok(Self(chain.into_iter().next_back().into_iter().collect()));
        }
        let mut named = Vec::new();
        for file in &settings.authorities {
            named.extend(certificates(file)?);
        }
        ensure!(named.len() <= MOST, "authorities: {} certificates are too many; {MOST} may be named", named.len());
        if let Some(tls) = &settings.tls {
            // Devices that come by a link look for it in the handshake.
            ensure!(
                named.first().is_some_and(|first| chain.contains(first)),
                "the first of authorities is not in {}; put its certificate behind the relay's own \
                 (cat relay.crt authority.pem > relay.pem)",
                tls.certificate.display()
            );
        }
        Ok(Self(named))
    }

    /// What a link to an https address carries.
    pub fn pin(&self) -> Option<String> {
        self.0.first().map(|der| certificate_pin(der))
    }

    /// As they are announced: base64url.
    pub fn spelled(&self) -> Vec<String> {
        self.0.iter().map(|der| URL_SAFE_NO_PAD.encode(der)).collect()
    }

    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.0
    }
}

/// The certificates of a PEM file, at least one.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .with_context(|| format!("the certificate {} cannot be read", file.display()))?;
    ensure!(!found.is_empty(), "there is no certificate in {}", file.display());
    Ok(found)
}
