//! A screen nobody sees: Xvfb, on whatever number is free.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::processes::Process;
use crate::stage::Stage;

/// One X display, gone when dropped.
pub struct Display {
    name: String,
    _server: Process,
}

impl Display {
    pub fn start(stage: &Stage) -> Result<Self> {
        let mut command = Command::new("Xvfb");
        // The server chooses a free number itself and tells it: a number of ours could be taken.
        command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]);
        command.stdout(Stdio::piped());
        let mut server =
            Process::start_piped(stage, "xvfb", command).context("Xvfb did not start; scripts/setup installs it")?;
        let mut number = String::new();
        let output = server.take_stdout().context("Xvfb has no output")?;
        BufReader::new(output).read_line(&mut number)?;
        ensure!(!number.trim().is_empty(), "Xvfb ended without naming its display");
        Ok(Self { name: format!(":{}", number.trim()), _server: server })
    }

    /// What programs find in `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }
}
