//! The program as an operator runs it.
#![allow(clippy::unwrap_used, reason = "tests")]

use linli_relay::relay::Relay;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use sync_protocol::messages::key_pin;

fn relay(arguments: &[&str], data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linli-relay")).args(arguments).arg("--data").arg(data).output().unwrap()
}

fn said(output: &Output) -> (String, String) {
    (String::from_utf8(output.stdout.clone()).unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

fn divisions(data: &Path) -> Vec<String> {
    Relay::open(data).unwrap().store().read(|tx| tx.codes_under("340603")).unwrap()
}

#[test]
fn a_broken_file_is_named_by_row_and_column_and_nothing_of_it_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    let import = |text: &str| {
        let file = folder.path().join("divisions.csv");
        std::fs::write(&file, text).unwrap();
        relay(&["import", "--divisions", file.to_str().unwrap()], &data)
    };
    let good = "code,name,level,parent\n340603,相山区,district,\n340603002,东街道,street,340603\n";
    let output = import(good);
    assert!(output.status.success(), "{}", said(&output).1);
    assert_eq!(divisions(&data), ["340603002"]);

    let output = import(&format!("{good}340603003,西街道,street,340603\n34060300,,street,340603\n"));
    assert_eq!(output.status.code(), Some(1));
    let errors = said(&output).1;
    assert!(errors.contains("divisions.csv: row 5, column code: not_a_code"), "{errors}");
    assert!(errors.contains("divisions.csv: row 5, column name: empty"), "{errors}");
    assert_eq!(divisions(&data), ["340603002"]);

    // The same again changes nothing; a new name does.
    assert!(said(&import(good)).0.contains("0 new, 0 renamed, 2 unchanged"));
    assert!(said(&import(&good.replace("东街道", "东风街道"))).0.contains("0 new, 1 renamed, 1 unchanged"));
    let other = "code,name,level,parent\n340604,烈山区,district,\n";
    let output = import(other);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).1.contains("340603"), "{}", said(&output).1);
}

#[test]
fn a_demonstration_is_made_once_and_gives_links_that_pin_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    let output = relay(&["demo"], &data);
    assert!(output.status.success(), "{}", said(&output).1);
    let file = folder.path().join("demo-accounts.txt");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let accounts = std::fs::read_to_string(&file).unwrap();
    let worker = accounts.lines().find(|line| line.contains("\tgrid_worker\t")).unwrap().split('\t').next().unwrap();

    let again = relay(&["demo"], &data);
    assert!(again.status.success() && said(&again).0.contains("already"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), accounts);

    let public = Relay::open(&data).unwrap().identity().key.public.clone();
    let link = said(&relay(&["code", "--person", worker, "--relay", "http://127.0.0.1:7411"], &data)).0;
    let expected = format!("&p={}&d=1\n", key_pin(&public));
    assert!(link.starts_with("linli:enrol?u=http%3A%2F%2F127.0.0.1%3A7411&c=") && link.ends_with(&expected), "{link}");
    assert!(relay(&["code", "--console", "340603"], &data).status.success());
    for wrong in [["code", "--person", "nobody"], ["code", "--console", "340699"]] {
        let output = relay(&wrong, &data);
        assert_eq!((output.status.code(), said(&output).0.as_str()), (Some(1), ""));
    }
}

#[test]
fn a_demonstration_cut_short_is_no_store_and_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    let mut command = Command::new(env!("CARGO_BIN_EXE_linli-relay"));
    command.args(["demo", "--scale", "district"]).arg("--data").arg(&data).stdout(Stdio::piped());
    let mut cut = command.spawn().unwrap();
    let told = BufReader::new(cut.stdout.take().unwrap()).lines().map(Result::unwrap);
    // In the midst of it: some records are written, and many are not.
    assert!(told.into_iter().any(|line| line.starts_with("records: ")));
    cut.kill().unwrap();
    cut.wait().unwrap();

    let serving = relay(&["serve"], &data);
    assert_eq!(serving.status.code(), Some(1));
    assert!(said(&serving).1.contains("there is no store in"), "{}", said(&serving).1);
    let again = relay(&["demo"], &data);
    assert!(again.status.success() && said(&again).0.contains("cut short"), "{}", said(&again).1);
    let left = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(left.into_iter().all(|name| !name.contains("unfinished")));
    assert!(!divisions(&data).is_empty());
}

#[test]
fn a_file_that_cannot_be_read_or_written_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    let missing = folder.path().join("not-there/divisions.csv");
    let missing = missing.to_str().unwrap();
    let read = said(&relay(&["import", "--divisions", missing], &data)).1;
    assert!(read.contains(missing) && read.contains("check that it is there"), "{read}");
    let written = said(&relay(&["demo", "--export", missing], &data)).1;
    assert!(written.contains(missing) && written.contains("yours to write in"), "{written}");
}

#[test]
fn serving_says_clearly_why_it_cannot() {
    let folder = tempfile::tempdir().unwrap();
    let output = relay(&["serve"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).1.contains("there is no store in"), "{}", said(&output).1);

    drop(Relay::open_file(&linli_relay::relay::store_path(folder.path())).unwrap());
    let output = relay(&["serve", "--listen", "0.0.0.0:0"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).1.contains("without TLS"), "{}", said(&output).1);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let output = relay(&["serve", "--listen", &address.to_string()], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).1.contains(&format!("port {} is taken", address.port())), "{}", said(&output).1);
}

#[test]
fn a_wrong_setting_is_named_with_its_file_and_the_relay_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    assert!(relay(&["demo", "--accounts", folder.path().join("a.txt").to_str().unwrap()], &data).status.success());
    for (text, named) in [
        ("listen = \"nowhere\"\n", "listen"),
        ("[limits]\ndevice_calls_per_second = -1\n", "device_calls_per_second"),
        ("colour = 3\n", "colour"),
    ] {
        std::fs::write(data.join("relay.toml"), text).unwrap();
        let output = relay(&["serve"], &data);
        let (_, errors) = said(&output);
        assert!(!output.status.success(), "{text}");
        assert!(errors.contains("relay.toml") && errors.contains(named), "{text}: {errors}");
    }
}
