//! The program `linli-relay`; what it can do is in [`linli_relay::commands`].

use clap::Parser;
use linli_relay::commands::{Arguments, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run(Arguments::parse())
}
