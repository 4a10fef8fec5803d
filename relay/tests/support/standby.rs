//! A primary and its synchronous standby, each in a folder of its own; what the primary acknowledged, both have.

use super::postgres::{as_postgres, own, succeed};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const PORTS: [u16; 2] = [54_331, 54_332];

pub struct Pair {
    folder: TempDir,
}

impl Pair {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("linli-pg-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let pair = Self { folder };
        for which in 0..2 {
            for place in [pair.data(which), pair.socket(which)] {
                fs::create_dir_all(&place).unwrap();
                fs::set_permissions(&place, fs::Permissions::from_mode(0o700)).unwrap();
                own(&place);
            }
        }
        let mut init = as_postgres("initdb");
        init.args(["-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync", "-D"]).arg(pair.data(0));
        succeed(&mut init);
        // Alone until the standby is there: it would wait for its word at every commit.
        pair.run(0, "");
        let mut copy = as_postgres("pg_basebackup");
        copy.args([
            "-U",
            "postgres",
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
            "-p",
            &PORTS[0].to_string(),
            "-h",
        ]);
        succeed(copy.arg(pair.socket(0)).arg("-D").arg(pair.data(1)));
        pair.run(1, "");
        pair.ask("CREATE DATABASE linli TEMPLATE template0 ENCODING 'UTF8'");
        pair.ask("ALTER SYSTEM SET synchronous_standby_names = '*'");
        pair.ask("SELECT pg_reload_conf()");
        // From the first commit on that waited for it, the standby is known to be in step.
        pair.ask("CREATE TABLE in_step (n int)");
        pair
    }

    /// Both hosts: whoever connects takes the one that takes writes.
    pub fn url(&self) -> String {
        let host =
            |which: usize| format!("{}:{}", self.socket(which).display().to_string().replace('/', "%2F"), PORTS[which]);
        format!("postgres://postgres@{},{}/linli", host(0), host(1))
    }

    /// SIGKILL to the server; its children see it and go.
    pub fn kill_the_primary(&self) {
        let pid = fs::read_to_string(self.data(0).join("postmaster.pid")).unwrap();
        succeed(Command::new("kill").args(["-9", pid.lines().next().unwrap()]));
    }

    pub fn promote_the_standby(&self) {
        let mut promote = as_postgres("pg_ctl");
        succeed(promote.args(["-w", "-t", "60", "-D"]).arg(self.data(1)).arg("promote"));
    }

    fn data(&self, which: usize) -> PathBuf {
        self.folder.path().join(format!("data-{which}"))
    }

    fn socket(&self, which: usize) -> PathBuf {
        self.folder.path().join(format!("s{which}"))
    }

    fn run(&self, which: usize, more: &str) {
        let socket = self.socket(which);
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c port={} -c fsync=off -c wal_level=replica \
             -c max_wal_senders=4 -c hot_standby=on -c shared_buffers=32MB {more}",
            socket.display(),
            PORTS[which]
        );
        let mut start = as_postgres("pg_ctl");
        start.args(["-w", "-t", "60", "-D"]).arg(self.data(which)).arg("-o").arg(options);
        succeed(start.arg("-l").arg(socket.join("log")).arg("start"));
    }

    fn ask(&self, sql: &str) {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-U", "postgres", "-d", "postgres", "-p", &PORTS[0].to_string(), "-c", sql, "-h"]);
        succeed(psql.arg(self.socket(0)));
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for which in 0..2 {
            let mut stop = as_postgres("pg_ctl");
            stop.args(["-m", "immediate", "-D"]).arg(self.data(which)).arg("stop");
            drop(stop.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status());
        }
    }
}
