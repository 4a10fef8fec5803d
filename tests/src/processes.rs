//! The programs of a scenario: started in folders and on ports of their own, killed without warning, started again.
//!
//! Invariant: no process outlives its value here, whatever way a scenario ends.

use std::fs::{self, File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::browser::Browser;
use crate::display::Display;
use crate::page::Page;
use crate::stage::{Stage, profile_dir};

/// A start takes tenths of a second; two busy cores may stretch that a lot.
const START_LIMIT: Duration = Duration::from_secs(60);

/// The district of the demonstration, in the official division codes.
pub const DISTRICT: &str = "340603";

/// A running program with its log. Dropping it kills it with everything it started.
pub struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts a program; what it says goes to the stage's log of that name, after what an earlier start said.
    pub fn start(stage: &Stage, name: &str, mut command: Command) -> Result<Self> {
        command.stdout(open_log(stage, name)?);
        Self::start_piped(stage, name, command)
    }

    /// The same, with standard output as the command has it, for programs that tell something there.
    pub fn start_piped(stage: &Stage, name: &str, mut command: Command) -> Result<Self> {
        command.stdin(Stdio::null()).stderr(open_log(stage, name)?);
        let child = command
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().to_string_lossy()))?;
        Ok(Self { name: name.to_owned(), child })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Ends it as a dead battery would: nothing is asked, nothing is finished.
    pub fn kill(&mut self) {
        for pid in descendants(self.child.id()) {
            kill_hard(pid);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits until it answers on `GET /healthz`, or says that it ended.
    pub async fn until_healthy(&mut self, port: u16) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < START_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended while starting, with {status}; its log follows", self.name);
            }
            if is_healthy(port).await {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("{} did not answer on port {port} within {} s; its log follows", self.name, START_LIMIT.as_secs())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The central server, with a demonstration district in its store.
pub struct Relay<'a> {
    stage: &'a Stage,
    data: PathBuf,
    accounts: Vec<Account>,
    port: u16,
    process: Option<Process>,
}

/// A person of the demonstration who can sign in.
#[derive(Clone, Debug)]
pub struct Account {
    pub name: String,
    pub password: String,
    /// The whole line of the accounts file: role and place, in words.
    pub line: String,
}

impl<'a> Relay<'a> {
    /// Makes the demonstration district and serves it.
    pub async fn with_demonstration(stage: &'a Stage) -> Result<Self> {
        let data = stage.path("relay");
        let accounts_file = stage.path("demo-accounts.txt");
        let mut demo = Command::new(program("linli-relay")?);
        demo.args(["demo", "--seed", "1", "--data"]).arg(&data).arg("--accounts").arg(&accounts_file);
        run_to_end(stage, "relay", demo)?;
        let accounts = read_accounts(&accounts_file)?;
        let mut relay = Self { stage, data, accounts, port: free_port()?, process: None };
        relay.start().await?;
        Ok(relay)
    }

    /// Starts it, on the port it had before.
    pub async fn start(&mut self) -> Result<()> {
        let mut command = Command::new(program("linli-relay")?);
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port), "--data"]).arg(&self.data);
        let mut process = Process::start(self.stage, "relay", command)?;
        process.until_healthy(self.port).await?;
        self.process = Some(process);
        Ok(())
    }

    pub fn kill(&mut self) {
        self.process = None;
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A one-time link that enrols a tablet of this person, which will reach the relay at `address`.
    pub fn code_for_person(&self, sign_in_name: &str, address: &str) -> Result<String> {
        self.code(&["--person", sign_in_name, "--relay", address])
    }

    /// A link whose time is over the moment it is made.
    pub fn expired_code(&self, sign_in_name: &str, address: &str) -> Result<String> {
        self.code(&["--person", sign_in_name, "--relay", address, "--minutes", "0"])
    }

    /// A one-time link that enrols a console for the whole district.
    pub fn code_for_console(&self) -> Result<String> {
        self.code(&["--console", DISTRICT, "--relay", &self.address()])
    }

    fn code(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(program("linli-relay")?);
        command.arg("code").arg("--data").arg(&self.data).args(arguments);
        let link = run_to_end(self.stage, "relay", command)?.trim().to_owned();
        ensure!(link.starts_with("linli:enrol?"), "`linli-relay code` printed no enrolment link: {link:?}");
        Ok(link)
    }

    /// The first account whose line in the accounts file contains this word.
    pub fn account(&self, word: &str) -> Result<&Account> {
        let found = self.accounts.iter().find(|account| account.line.contains(word));
        found.with_context(|| format!("no account with {word:?} among {:#?}", self.accounts))
    }
}

/// The supervisors' web shell, enrolled for the whole district.
pub struct Console<'a> {
    stage: &'a Stage,
    data: PathBuf,
    port: u16,
    process: Option<Process>,
}

impl<'a> Console<'a> {
    pub async fn enrolled(stage: &'a Stage, link: &str) -> Result<Self> {
        let mut console = Self { stage, data: stage.path("console"), port: free_port()?, process: None };
        console.start(&["--enrol", link]).await?;
        Ok(console)
    }

    /// Starts it, on the port it had before.
    pub async fn start(&mut self, more: &[&str]) -> Result<()> {
        let mut command = Command::new(program("linli-console")?);
        // From the project's folder, where `make run` starts it too: it serves ui/dist.
        command.current_dir(project_dir());
        command.args(["--listen", &format!("127.0.0.1:{}", self.port), "--data"]).arg(&self.data).args(more);
        let mut process = Process::start(self.stage, "console", command)?;
        process.until_healthy(self.port).await?;
        self.process = Some(process);
        Ok(())
    }

    pub fn kill(&mut self) {
        self.process = None;
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

/// A tablet: its data folder, and the app in its window while it is open.
pub struct Tablet<'a> {
    stage: &'a Stage,
    display: &'a Display,
    data: PathBuf,
    window: Option<Browser>,
}

impl<'a> Tablet<'a> {
    pub fn new(stage: &'a Stage, display: &'a Display) -> Self {
        Self::another(stage, display, "tablet")
    }

    /// One more tablet, with its data in a folder of this name.
    pub fn another(stage: &'a Stage, display: &'a Display, name: &str) -> Self {
        Self { stage, display, data: stage.path(name), window: None }
    }

    /// Starts the app and waits for its page. A window that is still open is killed first.
    pub async fn open(&mut self) -> Result<Page> {
        self.kill();
        let window = Browser::app_window(self.stage, self.display, &program("linli-app")?, &self.data).await?;
        let page = window.page("tablet", self.stage);
        self.window = Some(window);
        Ok(page)
    }

    /// A dead battery: the app is gone this moment, and the page with it.
    pub fn kill(&mut self) {
        self.window = None;
    }
}

/// A program of this workspace, which must have been built: cargo does not build other packages' programs for a test.
pub fn program(name: &str) -> Result<PathBuf> {
    let path = profile_dir().join(name);
    ensure!(
        path.is_file(),
        "{} is not there. Build the programs first: `cargo build --workspace --bins` \
         (`make test` does), after `scripts/ui-build`.",
        path.display()
    );
    Ok(path)
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").context("no free port")?.local_addr()?.port())
}

pub fn project_dir() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

fn open_log(stage: &Stage, name: &str) -> Result<File> {
    let path = stage.logs().join(format!("{name}.log"));
    OpenOptions::new().create(true).append(true).open(&path).with_context(|| format!("cannot write {}", path.display()))
}

/// Runs a short command and gives what it printed.
fn run_to_end(stage: &Stage, name: &str, mut command: Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).stderr(open_log(stage, name)?).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{command:?} ended with {}: {said} (its log follows)", output.status);
    Ok(said)
}

async fn is_healthy(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.take(64).read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = tokio::time::timeout(Duration::from_secs(2), ask).await;
    matches!(answer, Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200"))
}

/// The processes that a process started, and those that they started.
pub(crate) fn descendants(root: u32) -> Vec<u32> {
    let mut family = vec![root];
    let pairs = parents();
    let mut at = 0;
    while let Some(&parent) = family.get(at) {
        family.extend(pairs.iter().filter(|(_, its)| *its == parent).map(|(pid, _)| pid));
        at += 1;
    }
    family.remove(0);
    family
}

/// Every process with its parent, from /proc.
fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let parent_of = |entry: fs::DirEntry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // "pid (name) state parent …": a name may hold blanks and brackets, so we look behind the last bracket.
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        Some((pid, parent))
    };
    entries.flatten().filter_map(parent_of).collect()
}

/// SIGKILL. Through the shell's own `kill`: a call of the C library would need unsafe code.
pub(crate) fn kill_hard(pid: u32) {
    let _ = Command::new("sh").args(["-c", &format!("kill -KILL {pid}")]).stderr(Stdio::null()).status();
}

pub(crate) fn read_accounts(path: &Path) -> Result<Vec<Account>> {
    let text = fs::read_to_string(path).with_context(|| format!("no accounts file at {}", path.display()))?;
    let account = |line: &str| {
        let mut words = line.split_whitespace();
        Some(Account { name: words.next()?.to_owned(), password: words.next()?.to_owned(), line: line.to_owned() })
    };
    Ok(text.lines().filter(|line| !line.trim_start().starts_with('#')).filter_map(account).collect())
}
