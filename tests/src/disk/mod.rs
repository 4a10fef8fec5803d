//! A disk of our own that fails on demand: power is cut, room runs out, a call errs. It is mounted through the kernel's
//! FUSE, so that the code under test runs on it as on any other, down to the write-ahead log and its fsyncs.
//!
//! What was written and not synced is kept apart. A power cut keeps of it what the dice say, in pieces of a page and in no
//! order, as a disk does; a killed process loses nothing that it wrote. Names of files are durable at once. One flat folder:
//! a replica needs no more.
//!
//! Needs root and `/dev/fuse`; [`Disk::is_possible`] tells. The protocol is spoken here rather than by a library, as the
//! ones there are would change the features of half of all dependencies.

mod files;
mod wire;

pub use files::{Contents, Keep, Plan};

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, ensure};
use files::Files;

/// A mounted disk. Dropping it takes it away without a word.
pub struct Disk {
    files: Arc<Mutex<Files>>,
    folder: PathBuf,
}

impl Disk {
    /// Whether such disks can be made here; says so where not.
    pub fn is_possible() -> bool {
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
        let possible = is_root && Path::new("/dev/fuse").exists();
        if !possible {
            eprintln!("NOT RUN: a disk of our own needs root and /dev/fuse");
        }
        possible
    }

    /// Mounts a disk that holds this over a folder, which is made.
    pub fn mount(folder: &Path, contents: Contents) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let line = File::options().read(true).write(true).open("/dev/fuse").context("/dev/fuse cannot be opened")?;
        // The kernel takes the line by its number in the process that mounts: there it is the standard input.
        let mut mount = Command::new("mount");
        mount.args(["-i", "-t", "fuse", "-o", "fd=0,rootmode=40755,user_id=0,group_id=0", "linli-test-disk"]);
        let output = mount.arg(folder).stdin(Stdio::from(line.try_clone()?)).output()?;
        ensure!(output.status.success(), "mount: {}", String::from_utf8_lossy(&output.stderr));
        let files = Arc::new(Mutex::new(Files::holding(contents)));
        let served = files.clone();
        // Ends when the disk is taken away: then the line says so.
        std::thread::spawn(move || wire::serve(&line, &served));
        Ok(Self { files, folder: folder.to_owned() })
    }

    /// From now on, counted from this moment.
    pub fn plan(&self, plan: Plan) {
        self.locked().plan(plan);
    }

    /// How many calls that change something, or make it durable, came since the plan was made.
    pub fn calls(&self) -> u64 {
        self.locked().calls()
    }

    /// Whether the plan's fault has come to pass.
    pub fn has_failed(&self) -> bool {
        self.locked().has_failed()
    }

    /// From now on so many bytes fit onto it beyond those that are there.
    pub fn leave_free(&self, bytes: u64) {
        let mut files = self.locked();
        let held = files.held();
        files.set_size(held + bytes);
    }

    /// Takes the disk away, and says what is on it.
    pub fn remove(self, keep: Keep<'_>) -> Contents {
        self.locked().stop();
        self.unmount();
        self.locked().left(keep)
    }

    fn unmount(&self) {
        let mut umount = Command::new("umount");
        drop(umount.arg("-l").arg(&self.folder).stderr(Stdio::null()).status());
    }

    fn locked(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.unmount();
    }
}
