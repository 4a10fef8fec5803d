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
    let names_a_host = policy.replace("http://ipc.localhost", "").contains("://");
    assert!(!names_a_host && !policy.contains("unsafe-eval") && policy.contains("frame-src 'none'"), "{policy}");
    let scripts_are_ours = !policy.contains("script-src") && !policy.contains("default-src 'self' 'unsafe");
    assert!(scripts_are_ours, "{policy}");
}

#[test]
fn the_window_asks_the_system_for_nothing_but_events() {
    let permissions = json("capabilities/main.json")["permissions"].as_array().unwrap().clone();
    let allowed = ["core:event:default", "core:app:default"];
    assert!(permissions.iter().all(|one| allowed.contains(&one.as_str().unwrap())), "{permissions:?}");
}
