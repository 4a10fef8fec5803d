//! Which certificates prove that somebody is the relay. The system's authorities are never among them.
//!
//! An enrolment link carries the pin of one certificate: the district's own authority, or the relay's where it vouches for
//! itself. The relay presents it in the handshake, where [`Pinned`] looks for it and then has rustls check the whole chain
//! with it as the only authority: names, dates and signatures as ever. From then on the certificate lies in the store.
//!
//! Invariants:
//! - No byte of HTTP, and so no code and no token, is sent before the certificate has been verified.
//! - A handshake is decided by rustls's own verifier alone; nothing here says yes where it says no. Dates are checked by the
//!   corrected clock, and for the question what time it is by whatever moment the certificates themselves allow.
//! - Other authorities are taken on only from an announcement signed by the relay's pinned key, newer than the last one,
//!   and after a connection under them was made.

use crate::clock::Corrected;
use crate::error::{Result, SyncError};
use crate::proof::is_signed_by;
use crate::transport::Transport;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local_store::{Store, View, device};
use reqwest::{Client, redirect};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use sync_protocol::messages::{Trust, certificate_pin, trust_proof};

const CONNECT: Duration = Duration::from_secs(10);
/// A line that is silent for longer is taken for dead: TCP itself would wait for many minutes.
const SILENCE: Duration = Duration::from_secs(20);
/// Certificates in one announcement, at most, and bytes of one.
const MOST: usize = 4;
const LONGEST: usize = 8 * 1024;

/// Facts in the store (local_store::device).
pub mod facts {
    /// The relay's public key, pinned at enrolment.
    pub const RELAY_KEY: &str = "relay_key";
    /// Who may vouch for the relay: certificates in DER, base64url, with a space between.
    pub const AUTHORITIES: &str = "authorities";
    pub const AUTHORITIES_AS_OF: &str = "authorities_as_of_ms";
}

/// Who is believed about the relay's certificate.
#[derive(Clone)]
pub enum Anchors {
    /// Nobody: for `http://` to this machine.
    Nobody,
    /// The certificate with the pin of an enrolment link.
    Pinned(Arc<Pinned>),
    /// Certificates in DER, as the store holds them.
    Authorities(Vec<Vec<u8>>),
}

/// How a handshake failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    #[error("nobody we trust vouches for its certificate")]
    Unknown,
    #[error("its certificate is not valid at the time of this device's clock")]
    Dates,
    #[error("its certificate names another address")]
    Name,
    #[error("it does not speak TLS")]
    NoTls,
}

impl TlsFault {
    /// The code by which screens know it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "certificate_unknown",
            Self::Dates => "certificate_dates",
            Self::Name => "certificate_name",
            // A sign-in page of a Wi-Fi, mostly, or a wrong port.
            Self::NoTls => "not_the_relay",
        }
    }
}

/// By which clock a certificate's dates are checked.
#[derive(Clone)]
pub(crate) enum Dates {
    Corrected(Corrected),
    /// By any moment at which all of them are valid: only to ask what time it is.
    AsTheyStand,
}

/// The one way connections to a relay are made.
pub(crate) fn client(relay: &str, anchors: &Anchors, dates: &Dates) -> Result<Client> {
    // Fails only when another part of the program installed a provider first, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        // A redirect is a captive portal's, never the relay's.
        .redirect(redirect::Policy::none())
        .no_proxy();
    let unusable = |fault| SyncError::NotTrusted { relay: relay.to_owned(), fault };
    let builder = match anchors {
        Anchors::Nobody => builder.tls_certs_only([]),
        Anchors::Pinned(pinned) => {
            let config = config(pinned.clone(), &pinned.provider, dates);
            builder.tls_backend_preconfigured(config.map_err(|_| unusable(TlsFault::Unknown))?)
        }
        Anchors::Authorities(held) => {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let mut roots = RootCertStore::empty();
            for der in held {
                roots.add(CertificateDer::from(der.clone())).map_err(|_| unusable(TlsFault::Unknown))?;
            }
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
            let config = config(verifier.map_err(|_| unusable(TlsFault::Unknown))?, &provider, dates);
            builder.tls_backend_preconfigured(config.map_err(|_| unusable(TlsFault::Unknown))?)
        }
    };
    builder.build().map_err(|_| unusable(TlsFault::Unknown))
}

fn config(
    verifier: Arc<dyn ServerCertVerifier>,
    provider: &Arc<CryptoProvider>,
    dates: &Dates,
) -> std::result::Result<ClientConfig, TlsError> {
    let (clock, verifier) = match dates {
        Dates::Corrected(clock) => (clock.clone(), verifier),
        Dates::AsTheyStand => {
            let undated: Arc<dyn ServerCertVerifier> = Arc::new(Undated(verifier));
            (Corrected::default(), undated)
        }
    };
    let builder = ClientConfig::builder_with_details(provider.clone(), Arc::new(clock))
        .with_protocol_versions(&[&rustls::version::TLS13])?;
    // rustls files every verifier of one's own under this name. Ours only choose authority and moment; rustls verifies.
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Verifies as another does, at a moment at which every certificate of the chain is valid.
#[derive(Debug)]
struct Undated(Arc<dyn ServerCertVerifier>);

/// One certificate's dates may send us to another one's; more than a chain's length of them is no chain.
const MOMENTS: usize = 6;

impl ServerCertVerifier for Undated {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        mut now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, TlsError> {
        use CertificateError::{ExpiredContext, NotValidYetContext};
        let mut outcome = Err(TlsError::General("no moment fits".to_owned()));
        for _ in 0..MOMENTS {
            outcome = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
            now = match &outcome {
                Err(TlsError::InvalidCertificate(ExpiredContext { not_after, .. })) => *not_after,
                Err(TlsError::InvalidCertificate(NotValidYetContext { not_before, .. })) => *not_before,
                _ => break,
            };
        }
        outcome
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// What was wrong with the handshake, if that is why a call failed.
pub(crate) fn fault(error: &reqwest::Error) -> Option<TlsFault> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<TlsError>() {
            return Some(fault_of(found));
        }
        // What travels inside an io::Error, once or twice over, is skipped by its `source`.
        let inside = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    None
}

fn fault_of(error: &TlsError) -> TlsFault {
    use CertificateError as C;
    match error {
        TlsError::InvalidCertificate(
            C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. },
        )
        // A clock before 1970 knows no date at all.
        | TlsError::FailedToGetCurrentTime => TlsFault::Dates,
        TlsError::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => TlsFault::Name,
        TlsError::InvalidMessage(_) => TlsFault::NoTls,
        _ => TlsFault::Unknown,
    }
}

/// Accepts the relay that presents the certificate with this pin, and nobody else.
#[derive(Debug)]
pub struct Pinned {
    pin: String,
    provider: Arc<CryptoProvider>,
    found: Mutex<Option<CertificateDer<'static>>>,
}

impl Pinned {
    pub fn new(pin: &str) -> Arc<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Arc::new(Self { pin: pin.to_owned(), provider, found: Mutex::default() })
    }

    /// The certificate with the pin, once a handshake under it has succeeded.
    pub fn found(&self) -> Option<Vec<u8>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|der| der.to_vec())
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, TlsError> {
        let unknown = || TlsError::InvalidCertificate(CertificateError::UnknownIssuer);
        let mut presented = std::iter::once(end_entity).chain(intermediates);
        let authority = presented.find(|der| certificate_pin(der) == self.pin).ok_or_else(unknown)?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|_| unknown())?;
        let verified = verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(authority.clone().into_owned());
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        // Only TLS 1.3 is offered.
        Err(TlsError::General("TLS 1.2 is not spoken".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Certificates as one fact, and back.
pub fn spelled(authorities: &[Vec<u8>]) -> String {
    authorities.iter().map(|der| URL_SAFE_NO_PAD.encode(der)).collect::<Vec<_>>().join(" ")
}

pub fn read(fact: Option<&str>) -> Anchors {
    let held: Vec<Vec<u8>> =
        fact.unwrap_or_default().split_whitespace().filter_map(|text| URL_SAFE_NO_PAD.decode(text).ok()).collect();
    if held.is_empty() { Anchors::Nobody } else { Anchors::Authorities(held) }
}

/// Asks the relay who may vouch for it from now on, and remembers that. What cannot be believed changes nothing.
pub(crate) async fn keep_up<T: Transport>(store: &Arc<Store>, transport: &T) -> Result<()> {
    let Some(trust) = transport.trust().await? else { return Ok(()) };
    let held = store.clone();
    let read = move || {
        held.read(&View::Everything, |tx| {
            Ok([facts::RELAY_KEY, facts::AUTHORITIES, facts::AUTHORITIES_AS_OF].map(|name| device::fact(tx, name)))
        })
    };
    let [key, known, as_of] = tokio::task::spawn_blocking(read).await.map_err(|_| SyncError::TaskEnded)??;
    let (key, known, as_of) = (key?, known?, as_of?.and_then(|text| text.parse().ok()).unwrap_or(0));
    let Some(authorities) = believed(&trust, key.as_deref().unwrap_or_default(), as_of) else {
        tracing::warn!("the relay's word on its certificates could not be believed");
        return Ok(());
    };
    let fact = spelled(&authorities);
    if known.as_deref() == Some(fact.as_str()) {
        return Ok(());
    }
    transport.follow(authorities).await?;
    let held = store.clone();
    let write = move || {
        held.write(|tx| {
            device::put_fact(tx, facts::AUTHORITIES, &fact)?;
            device::put_fact(tx, facts::AUTHORITIES_AS_OF, &trust.as_of_ms.to_string())
        })
    };
    Ok(tokio::task::spawn_blocking(write).await.map_err(|_| SyncError::TaskEnded)??)
}

/// The certificates of an announcement that is the relay's own and newer than what is known.
fn believed(trust: &Trust, relay_key: &str, known_as_of_ms: u64) -> Option<Vec<Vec<u8>>> {
    let decoded = |text: &String| URL_SAFE_NO_PAD.decode(text).ok().filter(|der| der.len() <= LONGEST);
    let is_theirs = is_signed_by(relay_key, &trust_proof(&trust.authorities, trust.as_of_ms), &trust.proof);
    let is_newer = trust.as_of_ms > known_as_of_ms;
    let is_usable = is_theirs && is_newer && (1..=MOST).contains(&trust.authorities.len());
    if is_usable { trust.authorities.iter().map(decoded).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::signature::Signer;
    use p256::ecdsa::{Signature, SigningKey};

    fn announced(key: &SigningKey, as_of_ms: u64, authorities: &[&str]) -> Trust {
        let authorities: Vec<String> = authorities.iter().map(|text| URL_SAFE_NO_PAD.encode(text)).collect();
        let proof: Signature = key.sign(&trust_proof(&authorities, as_of_ms));
        Trust { proof: URL_SAFE_NO_PAD.encode(proof.to_bytes()), authorities, as_of_ms }
    }

    #[test]
    fn only_a_newer_word_of_the_pinned_relay_changes_whom_a_device_trusts() {
        let (relay, other) = (SigningKey::from_slice(&[1; 32]).unwrap(), SigningKey::from_slice(&[2; 32]).unwrap());
        let public = URL_SAFE_NO_PAD.encode(relay.verifying_key().to_encoded_point(false).as_bytes());
        let good = announced(&relay, 5, &["one", "spare"]);
        assert_eq!(believed(&good, &public, 4), Some(vec![b"one".to_vec(), b"spare".to_vec()]));
        assert_eq!(believed(&good, &public, 5), None, "said again");
        assert_eq!(believed(&announced(&other, 6, &["mine"]), &public, 4), None, "another key");
        assert_eq!(
            believed(&Trust { authorities: vec!["bWluZQ".into()], ..good.clone() }, &public, 4),
            None,
            "altered"
        );
        assert_eq!(believed(&Trust { as_of_ms: 9, ..good }, &public, 8), None, "the date altered");
        assert_eq!(believed(&announced(&relay, 6, &[]), &public, 4), None, "nobody at all");
        assert_eq!(believed(&announced(&relay, 6, &["a", "b", "c", "d", "e"]), &public, 4), None, "too many");
    }

    #[test]
    fn what_a_store_remembers_is_read_back_as_it_was() {
        let held = vec![b"one".to_vec(), b"spare".to_vec()];
        assert!(matches!(read(Some(&spelled(&held))), Anchors::Authorities(read) if read == held));
        assert!(matches!(read(None), Anchors::Nobody));
    }
}
