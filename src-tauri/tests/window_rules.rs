//! What the window may do, read from its configuration: nothing outside this device.
#![allow(clippy::unwrap_used, reason = "tests")]

fn json(path: &str) -> serde_json::Value {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn no_page_of_the_window_may_load_or_tell_anything_outside_it() {
    let config = json("tauri.conf.json");
    let policy = config["app"]["security"]["csp"].as_str().unwrap();
    assert!(policy.starts_with("default-src 'self';"), "{policy}");
    // Every source by name: what is not in this list is a host, or a way to run what is not ours.
    for directive in policy.split(';').map(str::trim) {
        let (name, sources) = directive.split_once(' ').unwrap();
        let allowed: &[&str] = match name {
            "connect-src" => &["'self'", "ipc:", "http://ipc.localhost"],
            "img-src" => &["'self'", "data:", "blob:"],
            "style-src" => &["'self'"],
            "frame-src" | "object-src" | "base-uri" | "form-action" => &["'none'"],
            "default-src" => &["'self'"],
            other => panic!("{other} was not thought of"),
        };
        assert!(sources.split(' ').all(|source| allowed.contains(&source)), "{directive}");
    }
    for named in ["frame-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'none'"] {
        assert!(policy.contains(named), "{named} is missing in {policy}");
    }
    assert_eq!(config["app"]["withGlobalTauri"], false);
}

#[test]
fn the_window_asks_the_system_for_nothing_but_events() {
    let permissions = json("capabilities/main.json")["permissions"].as_array().unwrap().clone();
    let allowed = ["core:event:default", "core:app:default"];
    assert!(permissions.iter().all(|one| allowed.contains(&one.as_str().unwrap())), "{permissions:?}");
}
