//! The socket at which a running relay hears commands: one line of JSON asks, one line answers.

use super::address_file;
use super::office::{Answer, Ask, Office};
use crate::error::Result;
use crate::keys::random;
use std::fs::{DirBuilder, remove_dir, remove_file};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// What the kernel takes as a socket's path, less a little.
const LONGEST_PATH: usize = 100;
/// A file of every division of a province fits.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
const ASK_WITHIN: Duration = Duration::from_secs(30);

/// A socket in a folder that only we can enter; gone when dropped.
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
    folder: PathBuf,
    address_file: PathBuf,
}

impl Socket {
    /// Whoever calls holds the store's lock, so what lies here of an earlier relay is nobody's.
    pub fn open(data: &Path) -> Result<Self> {
        let address_file = address_file(data);
        if let Ok(stale) = std::fs::read_to_string(&address_file) {
            drop(remove_file(&stale));
            drop(Path::new(&stale).parent().map(remove_dir));
        }
        // The name is read by commands that may run in another folder.
        let inside = std::path::absolute(data)?.join("control");
        let folder = if inside.join("socket").as_os_str().len() <= LONGEST_PATH {
            drop(remove_file(inside.join("socket")));
            drop(remove_dir(&inside));
            inside
        } else {
            // Random, so that nobody else could have made it before us.
            let name: String = random::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect();
            let runtime = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
            runtime.join(format!("linli-{name}"))
        };
        DirBuilder::new().mode(0o700).create(&folder)?;
        let path = folder.join("socket");
        let listener = UnixListener::bind(&path)?;
        std::fs::write(&address_file, path.as_os_str().as_encoded_bytes())?;
        Ok(Self { listener, path, folder, address_file })
    }

    /// Answers commands, one after another, until dropped.
    pub async fn answer_with(self, office: Office) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    if let Err(error) = tokio::time::timeout(ASK_WITHIN, heard(stream, office.clone())).await {
                        tracing::warn!(%error, "a command did not finish asking");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a command could not be heard");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        drop(remove_file(&self.address_file));
        drop(remove_file(&self.path));
        drop(remove_dir(&self.folder));
    }
}

async fn heard(stream: UnixStream, office: Office) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    if (&mut stream).take(MOST_BYTES).read_until(b'\n', &mut line).await.is_err() {
        return;
    }
    let answered = tokio::task::spawn_blocking(move || -> Result<Answer, String> {
        let ask: Ask = serde_json::from_slice(&line).map_err(|_| "this relay does not know the command".to_owned())?;
        office.answer(ask).map_err(|error| format!("{error:#}"))
    });
    let answer = answered.await.unwrap_or_else(|_| Err("the relay failed at it".to_owned()));
    let Ok(mut line) = serde_json::to_vec(&answer) else { return };
    line.push(b'\n');
    // A command that went away meanwhile asks again.
    drop(stream.write_all(&line).await);
}
