//! A real PostgreSQL of Debian's packages, in a folder of its own, for every test that asks; each gets a database.
//!
//! Tests run in many processes. The first starts the server, all hold a lock while they use it, and a small watchman stops
//! it once nobody has held the lock for a while. Nothing is left behind but an empty folder.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use tokio_postgres::NoTls;

/// Not PostgreSQL's own, which somebody's server on this machine may have.
const PORT: u16 = 54_329;

pub struct Database {
    pub url: String,
    pub name: String,
    /// Where the server itself listens.
    pub socket: PathBuf,
}

/// An empty database.
pub fn database() -> Database {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::reach).database()
}

/// A server of one test's own, to be killed; it goes when dropped.
pub struct OwnServer {
    server: Server,
    folder: tempfile::TempDir,
}

impl OwnServer {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("linli-pg-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let in_use = File::create(folder.path().join("in-use.lock")).unwrap();
        let server = Server { folder: folder.path().to_owned(), _in_use: in_use };
        server.make();
        server.run();
        Self { server, folder }
    }

    pub fn database(&self) -> Database {
        self.server.database()
    }

    /// As a power cut does to its process.
    pub fn kill(&self) {
        let pid = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap();
        succeed(Command::new("kill").args(["-9", pid.lines().next().unwrap()]));
        // Its children notice by themselves; the next start waits for the last of them.
    }

    pub fn run_again(&self) {
        while !self.server.is_up() {
            let mut start = self.server.start_command();
            drop(start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status());
        }
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let mut stop = as_postgres("pg_ctl");
        stop.args(["-m", "immediate", "-D"]).arg(self.folder.path().join("data")).arg("stop");
        drop(stop.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status());
    }
}

impl Server {
    fn database(&self) -> Database {
        let name = format!("t{:016x}", u64::from_be_bytes(linli_relay::keys::random().unwrap()));
        let made = self.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let socket = self.folder.join(format!("socket/.s.PGSQL.{PORT}"));
        Database { url: self.url(&name), name, socket }
    }
}

impl Database {
    /// A connection beside the relay's, for what only an operator does.
    pub fn run(&self, sql: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, line) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
            let line = tokio::spawn(line);
            client.batch_execute(sql).await.unwrap();
            drop(client);
            drop(line.await);
        });
    }
}

struct Server {
    folder: PathBuf,
    /// Shared as long as this process lives.
    _in_use: File,
}

impl Server {
    fn reach() -> Self {
        // One for each place where tests are built; a socket's path must be short, wherever that is.
        let folder = std::env::temp_dir().join(format!("linli-pg-{:08x}", fnv(env!("CARGO_TARGET_TMPDIR"))));
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let open = |name: &str| File::options().create(true).append(true).open(folder.join(name)).unwrap();
        let starting = open("starting.lock");
        starting.lock().unwrap();
        let in_use = open("in-use.lock");
        in_use.lock_shared().unwrap();
        let server = Self { folder, _in_use: in_use };
        if !server.is_up() {
            server.make();
            server.run();
            server.set_a_watchman();
        }
        server
    }

    fn is_up(&self) -> bool {
        self.psql("postgres", "SELECT 1").status.success()
    }

    fn url(&self, database: &str) -> String {
        let socket = self.folder.join("socket").display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}:{PORT}/{database}")
    }

    fn psql(&self, database: &str, sql: &str) -> Output {
        let mut command = Command::new(program("psql"));
        command.args(["-X", "-q", "-U", "postgres", "-d", database, "-p", &PORT.to_string(), "-c", sql]);
        command.arg("-h").arg(self.folder.join("socket")).output().unwrap()
    }

    fn make(&self) {
        let (data, socket) = (self.folder.join("data"), self.folder.join("socket"));
        drop(fs::remove_dir_all(&data));
        drop(fs::remove_dir_all(&socket));
        for folder in [&data, &socket] {
            fs::create_dir_all(folder).unwrap();
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
            own(folder);
        }
        let mut init = as_postgres("initdb");
        init.args(["-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync", "-D"]).arg(&data);
        succeed(&mut init);
    }

    fn start_command(&self) -> Command {
        let (data, socket) = (self.folder.join("data"), self.folder.join("socket"));
        // The disk is not what these tests are about.
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c port={PORT} -c fsync=off -c full_page_writes=off \
             -c max_connections=200 -c shared_buffers=64MB",
            socket.display()
        );
        let mut start = as_postgres("pg_ctl");
        start.args(["-w", "-t", "60", "-D"]).arg(&data).arg("-o").arg(options).arg("-l").arg(socket.join("log"));
        start.arg("start");
        start
    }

    fn run(&self) {
        succeed(&mut self.start_command());
    }

    /// Outlives this process; stops the server when nobody has used it for some seconds.
    #[expect(clippy::zombie_processes, reason = "it has to outlive whoever started it")]
    fn set_a_watchman(&self) {
        let data = self.folder.join("data");
        let stop = as_postgres("pg_ctl");
        let stop: Vec<String> = std::iter::once(stop.get_program())
            .chain(stop.get_args())
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        let script = format!(
            "idle=0; while [ $idle -lt 5 ]; do sleep 2; \
             if flock -n -x {folder}/in-use.lock true; then idle=$((idle+1)); else idle=0; fi; done; \
             {stop} -m immediate -D {data} stop; rm -rf {data} {folder}/socket",
            folder = self.folder.display(),
            data = data.display(),
            stop = stop.join(" "),
        );
        let mut watchman = Command::new("setsid");
        watchman.args(["sh", "-c", &script]);
        watchman.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    }
}

/// PostgreSQL refuses to run as root; Debian's package comes with a user for it.
pub fn as_postgres(name: &str) -> Command {
    if !is_root() {
        return Command::new(program(name));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program(name));
    command.current_dir("/");
    command
}

pub fn own(folder: &Path) {
    if is_root() {
        succeed(Command::new("chown").arg("postgres:postgres").arg(folder));
    }
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0
}

fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.is_file()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| panic!("PostgreSQL's {name} is not installed: run scripts/setup test"))
}

pub fn succeed(command: &mut Command) {
    // Not asked for its output: what it starts would hold the pipe open.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?} failed");
}

fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
