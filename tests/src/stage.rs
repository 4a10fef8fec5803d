//! One scenario: its folder, its logs, its time limit, and what is kept when it fails.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// Longer than any scenario takes on two busy cores; a hang must not take the whole test run with it.
const TIME_LIMIT: Duration = Duration::from_secs(600);

/// Log lines shown for each program when a scenario fails; the whole logs are kept beside the screenshots.
const LINES_SHOWN: usize = 30;

/// One window scenario at a time in this process: two browsers and two web views at once make two cores so slow
/// that waiting turns into failing. (`.config/nextest.toml` says the same for nextest, which uses processes.)
static ALONE: Mutex<()> = Mutex::const_new(());

/// The folders of one scenario. The data goes when the scenario ends; logs and pictures stay if it failed.
pub struct Stage {
    name: String,
    scratch: TempDir,
    passed: Cell<bool>,
}

/// Runs one scenario and, if it fails, shows what each program said.
pub async fn play(name: &str, story: impl AsyncFnOnce(&Stage) -> Result<()>) -> Result<()> {
    let _alone = ALONE.lock().await;
    let stage = Stage::new(name)?;
    match tokio::time::timeout(TIME_LIMIT, story(&stage)).await {
        Ok(Ok(())) => {
            stage.passed.set(true);
            Ok(())
        }
        Ok(Err(error)) => Err(error),
        Err(_) => bail!("{name}: not finished after {} s", TIME_LIMIT.as_secs()),
    }
}

impl Stage {
    fn new(name: &str) -> Result<Self> {
        let scratch = tempfile::Builder::new().prefix("linli-").tempdir().context("no temporary folder")?;
        let stage = Self { name: name.to_owned(), scratch, passed: Cell::new(false) };
        // What an earlier failure left would be mistaken for this run's.
        let _ = fs::remove_dir_all(stage.failures());
        fs::create_dir_all(stage.logs())?;
        Ok(stage)
    }

    /// A folder of this scenario, made if it is not there.
    pub fn dir(&self, name: &str) -> Result<PathBuf> {
        let dir = self.scratch.path().join(name);
        fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        Ok(dir)
    }

    /// A path in this scenario's folder; nothing is made there.
    pub fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Where the programs of this scenario write what they have to say.
    pub fn logs(&self) -> PathBuf {
        self.scratch.path().join("logs")
    }

    /// Where pictures and logs of a failed run are kept.
    pub fn failures(&self) -> PathBuf {
        target_dir().join("scenario-failures").join(&self.name)
    }

    fn keep_logs(&self) -> Result<()> {
        let kept = self.failures();
        fs::create_dir_all(&kept)?;
        for entry in fs::read_dir(self.logs())? {
            let log = entry?.path();
            let Some(name) = log.file_name() else { continue };
            fs::copy(&log, kept.join(name))?;
            let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
            let lines: Vec<&str> = text.lines().collect();
            let last = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
            eprintln!("--- {} (last {} of {} lines)", name.to_string_lossy(), last.len(), lines.len());
            for line in last {
                eprintln!("    {line}");
            }
        }
        eprintln!("--- pictures and whole logs: {}", kept.display());
        Ok(())
    }
}

impl Drop for Stage {
    // Here rather than in `play`, so that a failed assertion, which unwinds, shows the logs as well.
    fn drop(&mut self) {
        if self.passed.get() {
            return;
        }
        if let Err(error) = self.keep_logs() {
            eprintln!("the logs of {} could not be kept: {error:#}", self.name);
        }
    }
}

/// The folder `target`, of which this test program lies in `debug/deps`.
pub(crate) fn target_dir() -> PathBuf {
    profile_dir().parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The folder `target/debug`, where the programs lie.
pub(crate) fn profile_dir() -> PathBuf {
    let me = std::env::current_exe().unwrap_or_default();
    let deps = me.parent().map(Path::to_path_buf).unwrap_or_default();
    deps.parent().map(Path::to_path_buf).unwrap_or_default()
}
