//! The relay's certificate. TLS 1.3 only: every client is ours, and none of them is older.

use crate::authorities::certificates;
use crate::settings::TlsFiles;
use anyhow::{Context, Result};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    /// Reads certificate and key, and checks that they belong together.
    pub fn read(files: &TlsFiles) -> Result<Self> {
        let TlsFiles { certificate, key } = files;
        let chain = certificates(certificate)?;
        warn_if_others_can_read(key);
        let secret = PrivateKeyDer::from_pem_file(key)
            .with_context(|| format!("the certificate's key {} cannot be read", key.display()))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .with_context(|| format!("{} and {} do not fit", certificate.display(), key.display()))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

fn warn_if_others_can_read(key: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let is_open = std::fs::metadata(key).is_ok_and(|file| file.permissions().mode() & 0o004 != 0);
    if is_open {
        tracing::warn!("every user of this machine can read the certificate's key; chmod 600 would mend it");
    }
}
