//! The drill: a backup while pushes run, restored, opened and verified; and backups that must not be restored.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::relay::Relay;
use linli_relay::{audit, digests};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use support::*;
use sync_protocol::blobs::BlobHash;
use sync_protocol::messages::Fate;

fn run(arguments: &[&str], data: &Path, store: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linli-relay"));
    command.args(arguments).arg("--data").arg(data);
    if let Some(store) = store {
        command.args(["--store", store]);
    }
    command.output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn succeed(arguments: &[&str], data: &Path, store: Option<&str>) -> String {
    let output = run(arguments, data, store);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str], data: &Path) -> String {
    let output = run(arguments, data, None);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

fn only_folder_in(folder: &Path) -> PathBuf {
    let mut found = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let one = found.next().unwrap();
    assert!(found.next().is_none());
    one
}

/// A photo as the relay keeps it.
fn put_photo(data: &Path) -> BlobHash {
    let bytes = b"\xff\xd8\xff\xe0 as good as a photo";
    let hash = BlobHash::of(bytes);
    let folder = data.join("blobs").join(&hash.to_string()[..2]);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(hash.to_string()), bytes).unwrap();
    hash
}

/// Makes a backup key in a file, and gives its public half as the command prints it.
fn public_key(file: &Path) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_linli-relay")).args(["backup-key", "--into", text(file)]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    said.split('"').find(|part| part.starts_with("linli-backup-key-1:")).unwrap().to_owned()
}

/// A backup made while a tablet pushes, and restored elsewhere: whole pushes are in it or not, and everything adds up.
fn drill(town: &Town, store: Option<&str>, restored_into: Option<&str>) {
    let data = town.folder.path();
    let photo = put_photo(data);
    let backups = data.join("backups");
    let key_file = data.join("backup.key");
    let mut tablet = town.tablet(WORKER);
    let is_done = AtomicBool::new(false);
    let before = town.relay.epoch();
    let pushed = std::thread::scope(|scope| {
        let pushing = scope.spawn(|| {
            let mut pushed = 0;
            while !is_done.load(Ordering::SeqCst) && pushed < 90 {
                let edits =
                    (0..2).map(|at| tablet.create(WORKER, "visit", 100 + pushed + at, &visit(DWELLING, HOUSEHOLD)));
                let edits: Vec<_> = edits.collect();
                assert!(town.push(&mut tablet, edits).unwrap().iter().all(|one| one.result == Fate::Merged));
                pushed += 2;
            }
            pushed
        });
        let to = public_key(&key_file);
        let said = succeed(&["backup", "--into", text(&backups), "--to", &to], data, store);
        is_done.store(true, Ordering::SeqCst);
        assert!(said.contains("photos: 1") && said.contains("done: "), "{said}");
        pushing.join().unwrap()
    });

    let backup = only_folder_in(&backups);
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(backup.join("store.db.sealed")).unwrap().permissions().mode() & 0o777, 0o600);
    let elsewhere = data.join("elsewhere");
    let restore = ["restore", "--from", text(&backup), "--key", text(&key_file)];
    let said = succeed(&restore, &elsewhere, restored_into);
    assert!(said.contains("begins a new life"), "{said}");

    let relay = match restored_into {
        Some(url) => relay_of(url, &elsewhere),
        None => Relay::open(&elsewhere).unwrap(),
    };
    assert_ne!(relay.epoch(), before);
    assert_eq!(relay.identity().key.public, town.relay.identity().key.public, "devices pinned the relay's key");
    let held = |n: u8| relay.store().read(|tx| tx.record(&key("visit", n))).unwrap().is_some();
    let count = (0..pushed).take_while(|at| held(100 + at)).count();
    assert!(count % 2 == 0 && (usize::from(pushed) == count || (count..pushed.into()).all(|at| !held(100 + at as u8))));
    relay
        .store()
        .read(|tx| {
            assert!(digests::wrong(tx)?.is_empty());
            assert!(audit::verify(tx)?.is_ok());
            Ok(())
        })
        .unwrap();
    assert!(relay.blobs().read(photo, 0, 99).unwrap().is_some());
    // Twice over would be two truths.
    let again = run(&restore, &elsewhere, restored_into);
    assert!(String::from_utf8(again.stderr).unwrap().contains("there is a store in"));
}

#[test]
fn a_file_is_backed_up_while_pushes_run_and_restored() {
    drill(&Town::new(), None, None);
}

#[test]
fn a_database_is_backed_up_while_pushes_run_and_restored_into_another() {
    let (one, other) = (postgres::database(), postgres::database());
    drill(&Town::in_database(&one.url), Some(&one.url), Some(&other.url));
}

#[test]
fn a_backup_of_a_database_can_become_a_file() {
    let database = postgres::database();
    drill(&Town::in_database(&database.url), Some(&database.url), None);
}

#[test]
fn a_broken_backup_is_refused_in_words_and_changes_nothing() {
    let town = Town::new();
    let data = town.folder.path();
    put_photo(data);
    let backups = data.join("backups");
    succeed(&["backup", "--plain", "--into", text(&backups)], data, None);
    let backup = only_folder_in(&backups);
    let elsewhere = data.join("elsewhere");
    let restore = || refused(&["restore", "--from", text(&backup)], &elsewhere);
    let is_untouched = || !elsewhere.join("relay.db").exists() && !elsewhere.join("relay.db.restoring").exists();

    let store = backup.join("store.db");
    let whole = fs::read(&store).unwrap();
    let mut bent = whole.clone();
    let middle = bent.len() / 2;
    bent[middle] ^= 1;
    fs::write(&store, &bent).unwrap();
    let said = restore();
    assert!(said.contains("not the file that was written") && said.contains("nothing was changed"), "{said}");
    fs::remove_file(&store).unwrap();
    assert!(restore().contains("its store is missing"));
    fs::write(&store, &whole).unwrap();

    let note = backup.join("backup.json");
    let json = fs::read_to_string(&note).unwrap();
    let mut old: serde_json::Value = serde_json::from_str(&json).unwrap();
    old["made_ms"] = 1.into();
    fs::write(&note, old.to_string()).unwrap();
    assert!(restore().contains("more than 30 days ago"));
    fs::write(&note, "{").unwrap();
    assert!(restore().contains("backup.json cannot be read"));
    fs::write(&note, &json).unwrap();

    let photos = fs::read_dir(backup.join("blobs")).unwrap().map(|entry| entry.unwrap().path());
    let photo = photos.filter_map(|folder| Some(fs::read_dir(folder).ok()?.next()?.unwrap().path())).next().unwrap();
    let bytes = fs::read(&photo).unwrap();
    fs::write(&photo, b"something else").unwrap();
    assert!(restore().contains("not those of its name"));
    fs::remove_file(&photo).unwrap();
    assert!(restore().contains("photos are missing"));
    assert!(is_untouched());
    fs::write(&photo, bytes).unwrap();
    succeed(&["restore", "--from", text(&backup)], &elsewhere, None);
}

/// Whether any of these bytes stands in a file of this folder.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| match path.is_dir() {
        true => holds(&path, bytes),
        false => fs::read(path).unwrap().windows(bytes.len()).any(|some| some == bytes),
    })
}

#[test]
fn f41_a_stolen_backup_says_nothing_and_a_broken_one_is_refused_in_words() {
    let town = Town::new();
    let data = town.folder.path();
    let photo = put_photo(data);
    let backups = data.join("backups");
    let said = refused(&["backup", "--into", text(&backups)], data);
    assert!(said.contains("backup-key") && !backups.exists(), "without a key there is no backup: {said}");

    let (key, other) = (data.join("backup.key"), data.join("other.key"));
    public_key(&other);
    fs::write(data.join("relay.toml"), format!("backup_key = \"{}\"\n", public_key(&key))).unwrap();
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    succeed(&["backup", "--into", text(&backups)], data, None);
    let backup = only_folder_in(&backups);
    // A name, a phone, the relay's own key, a photo: in the store they stand in clear.
    let secret = town.relay.store().read(|tx| tx.meta("relay_key")).unwrap();
    for canary in ["王芳".as_bytes(), b"10000000001", b"as good as a photo"].into_iter().chain(secret.as_deref()) {
        assert!(holds(data, canary), "it is not in the store either");
        assert!(!holds(&backup, canary), "{}", String::from_utf8_lossy(canary));
    }
    assert!(!data.join("relay.db.backing-up").exists());

    let elsewhere = data.join("elsewhere");
    let restore = |key: Option<&Path>| {
        let mut arguments = vec!["restore", "--from", text(&backup)];
        arguments.extend(key.iter().flat_map(|key| ["--key", text(key)]));
        refused(&arguments, &elsewhere)
    };
    let is_untouched = || !elsewhere.join("relay.db").exists() && !elsewhere.join("relay.db.restoring").exists();
    assert!(restore(None).contains("it is sealed"));
    assert!(restore(Some(&other)).contains("the key is another one"));
    assert!(restore(Some(&data.join("relay.toml"))).contains("no backup key"));

    let store = backup.join("store.db.sealed");
    let whole = fs::read(&store).unwrap();
    let note = fs::read_to_string(backup.join("backup.json")).unwrap();
    for (n, at) in [0, 20, 70, whole.len() / 2, whole.len() - 1].into_iter().enumerate() {
        let mut bent = whole.clone();
        bent[at] ^= 1;
        if n % 2 == 1 {
            bent.truncate(at);
        }
        fs::write(&store, &bent).unwrap();
        assert!(restore(Some(&key)).contains("not the file that was written"), "at {at}");
        // Somebody who also mends the note's hash still cannot make other bytes open.
        let hash = sync_protocol::canonical::hex(&sync_protocol::canonical::sha256(&bent));
        let mut mended: serde_json::Value = serde_json::from_str(&note).unwrap();
        mended["store"] = hash.into();
        fs::write(backup.join("backup.json"), mended.to_string()).unwrap();
        assert!(restore(Some(&key)).contains("changed or cut short"), "at {at}");
        fs::write(backup.join("backup.json"), &note).unwrap();
        assert!(is_untouched());
    }
    fs::write(&store, &whole).unwrap();
    let sealed_photo = backup.join("blobs").join(&photo.to_string()[..2]).join(photo.to_string());
    let bytes = fs::read(&sealed_photo).unwrap();
    fs::write(&sealed_photo, &bytes[..bytes.len() - 1]).unwrap();
    assert!(restore(Some(&key)).contains("changed or cut short") && is_untouched());
    fs::write(&sealed_photo, &bytes).unwrap();
    succeed(&["restore", "--from", text(&backup), "--key", text(&key)], &elsewhere, None);
    assert!(Relay::open(&elsewhere).unwrap().blobs().read(photo, 0, 99).unwrap().is_some());
}

#[test]
fn a_device_hears_up_to_which_of_its_edits_a_backup_goes() {
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let number = tablet.number;
    let edits = [70, 71].map(|n| tablet.create(WORKER, "visit", n, &visit(DWELLING, HOUSEHOLD)));
    town.push(&mut tablet, edits.to_vec()).unwrap();
    let data = town.folder.path();
    succeed(&["backup", "--plain", "--into", text(&data.join("backups"))], data, None);
    let later = tablet.create(WORKER, "visit", 72, &visit(DWELLING, HOUSEHOLD));
    town.push(&mut tablet, vec![later]).unwrap();
    assert_eq!(town.relay.store().read(|tx| linli_relay::backups::backed_up(tx, number)).unwrap(), Some(2));
}
