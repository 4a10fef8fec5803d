//! What an operator runs. Each command may run while the relay serves: it then asks that relay (see [`crate::control`]).

mod allow_refill;
mod audit;
mod backup;
mod certificate;
mod code;
mod demo;
mod devices;
mod erase;
mod held;
mod import;
mod migrate;
mod progress;
mod serve;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The relay of 邻里 Linli: the central server that joins the tablets and consoles of a district.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve tablets and consoles.
    Serve(serve::Serve),
    /// Make a store with a made-up community, if there is none yet.
    Demo(demo::Demo),
    /// Print the link that enrols one device.
    Code(code::Code),
    /// Make a certificate for the relay, and an authority of the district's own that vouches for it.
    Certificate(certificate::Certificate),
    /// Bring data in from a file, all or nothing.
    Import(import::Import),
    /// Bring the file's store into a database, all or nothing.
    MigrateStore(migrate::MigrateStore),
    /// Make the key that opens the district's backups.
    BackupKey(backup::BackupKey),
    /// Copy the store and its photos into a folder, sealed, while the relay serves.
    Backup(backup::Backup),
    /// Put a backup back where there is no store.
    Restore(backup::Restore),
    /// Show the devices that were enrolled.
    Devices(devices::Devices),
    /// Remove a device for good.
    Revoke(devices::Revoke),
    /// Take what devices of another store hold, after this one took its place.
    AllowRefill(allow_refill::AllowRefill),
    /// Erase everything that is held on a resident, for ever.
    Erase(erase::Erase),
    /// Read or check the audit trail.
    Audit(audit::Audit),
}

/// Runs a command; what went wrong is told in sentences on standard error.
pub fn run(arguments: Arguments) -> ExitCode {
    let result = match arguments.command {
        Command::Serve(serve) => serve.run(),
        Command::Demo(demo) => demo.run().map(|()| ExitCode::SUCCESS),
        Command::Code(code) => code.run().map(|()| ExitCode::SUCCESS),
        Command::Certificate(certificate) => certificate.run().map(|()| ExitCode::SUCCESS),
        Command::Import(import) => import.run(),
        Command::MigrateStore(migrate) => migrate.run().map(|()| ExitCode::SUCCESS),
        Command::BackupKey(key) => key.run().map(|()| ExitCode::SUCCESS),
        Command::Backup(backup) => backup.run().map(|()| ExitCode::SUCCESS),
        Command::Restore(restore) => restore.run().map(|()| ExitCode::SUCCESS),
        Command::Devices(devices) => devices.run().map(|()| ExitCode::SUCCESS),
        Command::Revoke(revoke) => revoke.run().map(|()| ExitCode::SUCCESS),
        Command::AllowRefill(allow) => allow.run().map(|()| ExitCode::SUCCESS),
        Command::Erase(erase) => erase.run().map(|()| ExitCode::SUCCESS),
        Command::Audit(audit) => audit.run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("linli-relay: {error:#}");
        ExitCode::FAILURE
    })
}
