//! Programs to be killed: the relay over the demonstration, and tablets without a window.
//!
//! What is prepared and looked at between two lives of a tablet is done in this process, over the same folder
//! ([`Fleet::device`]); while its program runs nobody else has the folder open.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use app_core::Shell;
use linli_relay::relay::Relay;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout};

use crate::neighbourhood::{Device, PIN, copy_demonstration};
use crate::processes::{free_port, kill_hard, program};

const START_LIMIT: Duration = Duration::from_secs(60);

/// A relay's program with the demonstration in its store, and the folders of tablets.
pub struct Fleet {
    folder: TempDir,
    port: u16,
    relay: Option<Child>,
}

impl Fleet {
    pub async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("linli-").tempdir()?;
        copy_demonstration(folder.path())?;
        let mut fleet = Self { folder, port: free_port()?, relay: None };
        fleet.start_relay().await?;
        Ok(fleet)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts the relay, on the port it had before, where it does not run.
    pub async fn start_relay(&mut self) -> Result<()> {
        if self.relay.is_some() {
            return Ok(());
        }
        let mut command = Command::new(program("linli-relay")?);
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port), "--data"]).arg(self.path("relay"));
        let log = std::fs::File::options().create(true).append(true).open(self.path("relay.log"))?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let relay = self.relay.insert(command.spawn().context("linli-relay does not start")?);
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if let Some(status) = relay.try_wait()? {
                let log = std::fs::read_to_string(self.folder.path().join("relay.log"))?;
                bail!("the relay ended with {status}: {log}");
            }
            ensure!(begun.elapsed() < START_LIMIT, "the relay does not listen");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// The relay's process, while it runs.
    pub fn relay_process(&self) -> Option<u32> {
        self.relay.as_ref().map(Child::id)
    }

    /// SIGKILL.
    pub fn kill_relay(&mut self) {
        if let Some(mut relay) = self.relay.take() {
            drop(relay.kill());
            drop(relay.wait());
        }
    }

    /// The relay's store, once nobody serves it.
    pub fn relay_at_rest(&mut self) -> Result<Relay> {
        self.kill_relay();
        Ok(Relay::open(&self.path("relay"))?)
    }

    /// A one-time link for a tablet of this person, which will reach the relay at `address`.
    pub fn link(&self, sign_in_name: &str, address: &str) -> Result<String> {
        let mut command = Command::new(program("linli-relay")?);
        command.arg("code").arg("--data").arg(self.path("relay"));
        let output = command.args(["--person", sign_in_name, "--relay", address]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// The app over a tablet's folder, in this process. Drop it before its program starts.
    pub fn device(&self, name: &str) -> Result<Device> {
        Device::over(Shell::Tablet, &self.path(name), None)
    }

    /// Enrols a tablet of this person and lets it load everything it may have.
    pub async fn enrolled(&self, sign_in_name: &str, name: &str, address: &str) -> Result<Device> {
        let device = self.device(name)?;
        device.ask("enrol", json!({ "link": self.link(sign_in_name, address)?, "pin": PIN })).await?;
        device.until_loaded().await?;
        Ok(device)
    }

    /// Starts a tablet's program over its folder, and unlocks it where it is enrolled.
    pub async fn run(&self, name: &str) -> Result<HeadlessTablet> {
        let mut tablet = HeadlessTablet::start(&self.path(name))?;
        if tablet.ask("app_state", Value::Null).await?["stage"] == "locked" {
            let state = tablet.ask("unlock", json!({ "pin": PIN })).await?;
            ensure!(state["stage"] == "ready", "{name} asks something after it was killed: {state}");
        }
        Ok(tablet)
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.kill_relay();
    }
}

/// A running tablet without a window. Dropping it kills it.
pub struct HeadlessTablet {
    child: tokio::process::Child,
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    asked: u64,
}

impl HeadlessTablet {
    pub fn start(folder: &Path) -> Result<Self> {
        let mut command = tokio::process::Command::new(program("headless-tablet")?);
        command.arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().context("the tablet's program does not start")?;
        let asks = child.stdin.take().context("its input")?;
        let answers = BufReader::new(child.stdout.take().context("its output")?).lines();
        Ok(Self { child, asks, answers, asked: 0 })
    }

    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// Asks what has to work. An error also says that the program is gone.
    pub async fn ask(&mut self, name: &str, input: Value) -> Result<Value> {
        let answer = self.call(name, input).await?;
        answer.map_err(|refused| anyhow::anyhow!("{name}: {refused}"))
    }

    /// The answer or the refusal; an error where the program is gone.
    pub async fn call(&mut self, name: &str, input: Value) -> Result<Result<Value, Value>> {
        self.asked += 1;
        let line = json!({ "id": self.asked, "name": name, "input": input });
        self.asks.write_all(format!("{line}\n").as_bytes()).await?;
        let line = self.answers.next_line().await?.context("the program is gone")?;
        let mut answer: Value = serde_json::from_str(&line)?;
        ensure!(answer["id"] == self.asked, "an answer to something else: {answer}");
        if answer["refused"].is_object() { Ok(Err(answer["refused"].take())) } else { Ok(Ok(answer["done"].take())) }
    }

    /// SIGKILL, and waits until it is gone.
    pub async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// SIGKILL to a process that somebody else waits for.
pub fn kill_process(pid: u32) {
    kill_hard(pid);
}

/// A signal by its name, such as `STOP`. Through the shell's own `kill`: a call of the C library would need unsafe code.
pub fn signal(pid: u32, name: &str) {
    drop(Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).stderr(Stdio::null()).status());
}
