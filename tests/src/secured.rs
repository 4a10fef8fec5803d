//! A district whose relay speaks TLS by a certificate of its own, as a program of its own; and strangers with others.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use linli_relay::serving::Tls;
use linli_relay::settings::TlsFiles;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::neighbourhood::copy_demonstration;
use crate::processes::{Account, free_port, read_accounts};
use crate::stage::profile_dir;

const START_LIMIT: Duration = Duration::from_secs(60);

/// The relay's program over the demonstration, with what `linli-relay certificate` made.
pub struct SecuredDistrict {
    folder: TempDir,
    port: u16,
    program: Option<Child>,
}

impl SecuredDistrict {
    /// Makes authority and certificate and starts the relay.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("linli-").tempdir()?;
        copy_demonstration(folder.path())?;
        let mut district = Self { folder, port: free_port()?, program: None };
        district.certificate(&[])?;
        let settings = format!(
            "listen = \"127.0.0.1:{}\"\nauthorities = [\"../tls/authority.pem\", \"../tls/spare-authority.pem\"]\n\
             [tls]\ncertificate = \"../tls/relay.pem\"\nkey = \"../tls/relay.key\"\n",
            district.port
        );
        std::fs::write(district.path("relay").join("relay.toml"), settings)?;
        district.start_relay().await?;
        Ok(district)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn address(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub fn account(&self, name: &str) -> Result<Account> {
        let accounts = read_accounts(&self.path("demo-accounts.txt"))?;
        accounts.into_iter().find(|account| account.name == name).with_context(|| format!("no {name} here"))
    }

    /// Runs `linli-relay certificate` for this machine's address.
    pub fn certificate(&self, more: &[&str]) -> Result<String> {
        let tls = self.path("tls");
        let mut command = relay();
        command.args(["certificate", "--names", "127.0.0.1", "--into"]).arg(tls).args(more);
        said(command)
    }

    /// Runs one of the relay's commands over its store.
    pub fn command(&self, arguments: &[&str]) -> Result<String> {
        let mut command = relay();
        command.args(arguments).arg("--data").arg(self.path("relay"));
        said(command)
    }

    /// An enrolment link, as the command prints it.
    pub fn link(&self, for_whom: &[&str]) -> Result<String> {
        let mut command = relay();
        command.arg("code").args(for_whom).arg("--data").arg(self.path("relay"));
        Ok(said(command)?.trim().to_owned())
    }

    pub async fn start_relay(&mut self) -> Result<()> {
        let mut command = relay();
        let log = std::fs::File::create(self.path("relay.log"))?;
        command.args(["serve", "--data"]).arg(self.path("relay")).stdout(Stdio::null()).stderr(log);
        let program = self.program.insert(command.spawn().context("linli-relay does not start")?);
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if let Some(status) = program.try_wait()? {
                bail!(
                    "the relay ended with {status}: {}",
                    std::fs::read_to_string(self.folder.path().join("relay.log"))?
                );
            }
            ensure!(begun.elapsed() < START_LIMIT, "the relay does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    pub fn stop_relay(&mut self) {
        if let Some(mut program) = self.program.take() {
            drop(program.kill());
            drop(program.wait());
        }
    }
}

impl Drop for SecuredDistrict {
    fn drop(&mut self) {
        self.stop_relay();
    }
}

fn relay() -> Command {
    let mut command = Command::new(profile_dir().join("linli-relay"));
    command.stdin(Stdio::null());
    command
}

fn said(mut command: Command) -> Result<String> {
    let output = command.output().context("linli-relay does not start")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// Somebody who answers where the relay is expected, and remembers every byte they were told.
pub struct Stranger {
    here: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
    task: JoinHandle<()>,
}

impl Stranger {
    /// With relay.pem and relay.key of this folder; what is heard is what came out of the encryption.
    pub async fn with_certificate(folder: &Path) -> Result<Self> {
        let files = TlsFiles { certificate: folder.join("relay.pem"), key: folder.join("relay.key") };
        Self::listening(Some(Tls::read(&files)?)).await
    }

    pub async fn without_tls() -> Result<Self> {
        Self::listening(None).await
    }

    async fn listening(tls: Option<Tls>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let here = listener.local_addr()?;
        let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
        let remembered = heard.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, remembered) = (tls.clone(), remembered.clone());
                tokio::spawn(async move {
                    match tls {
                        None => listen_to(stream, &remembered).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                listen_to(stream, &remembered).await;
                            }
                        }
                    }
                });
            }
        });
        Ok(Self { here, heard, task })
    }

    pub fn address(&self) -> String {
        format!("https://{}", self.here)
    }

    pub fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen_to(mut stream: impl AsyncRead + AsyncWrite + Unpin, heard: &Mutex<Vec<u8>>) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
        heard.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&bytes[..count]);
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
        drop(stream.write_all(answer.as_bytes()).await);
    }
}
