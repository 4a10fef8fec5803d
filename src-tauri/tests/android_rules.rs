//! What the tablet app asks of Android and forbids it, read from the project that makes the APK.
#![allow(clippy::unwrap_used, reason = "tests")]

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn android(path: &str) -> String {
    read(&format!("gen/android/app/{path}"))
}

/// The beginning tags of this name, each with its attributes.
fn tags<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let begins = format!("<{name}");
    let is_it = |rest: &&str| !rest.starts_with(|next: char| next.is_ascii_alphabetic() || next == '-');
    xml.split(&begins).skip(1).filter(is_it).map(|rest| rest.split('>').next().unwrap()).collect()
}

#[test]
fn the_app_asks_for_the_network_and_for_no_other_permission() {
    let manifest = android("src/main/AndroidManifest.xml");
    let asked = tags(&manifest, "uses-permission");
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("android.permission.INTERNET"));
    for feature in tags(&manifest, "uses-feature") {
        assert!(feature.contains("android:required=\"false\""), "{feature}");
    }
}

#[test]
fn no_copy_of_the_store_leaves_by_backup_or_by_a_move_to_another_tablet() {
    let manifest = android("src/main/AndroidManifest.xml");
    let application = tags(&manifest, "application")[0];
    for rule in [
        "android:allowBackup=\"false\"",
        "android:fullBackupContent=\"false\"",
        "android:dataExtractionRules=\"@xml/data_extraction_rules\"",
    ] {
        assert!(application.contains(rule), "{rule} is missing");
    }
    let rules = android("src/main/res/xml/data_extraction_rules.xml");
    assert_eq!(tags(&rules, "include"), Vec::<&str>::new());
    for section in ["cloud-backup", "device-transfer"] {
        let part = rules.split(&format!("<{section}")).nth(1).unwrap().split(&format!("</{section}>")).next().unwrap();
        for domain in ["root", "file", "database", "sharedpref", "external"] {
            assert!(part.contains(&format!("domain=\"{domain}\"")), "{section} lets {domain} go");
        }
    }
}

#[test]
fn nothing_is_said_in_the_clear_and_the_web_view_trusts_nobody_outside() {
    let manifest = android("src/main/AndroidManifest.xml");
    let application = tags(&manifest, "application")[0];
    assert!(application.contains("android:usesCleartextTraffic=\"false\""));
    assert!(application.contains("android:networkSecurityConfig=\"@xml/network_security_config\""));
    let network = android("src/main/res/xml/network_security_config.xml");
    assert!(network.contains("cleartextTrafficPermitted=\"false\"") && !network.contains("\"true\""));
    for way_out in ["<certificates", "<domain-config", "<debug-overrides"] {
        assert!(!network.contains(way_out), "{way_out}");
    }
    assert!(!android("build.gradle.kts").contains("usesCleartextTraffic"), "a build type says otherwise");
}

#[test]
fn only_the_launcher_can_start_the_app_and_nobody_debugs_a_release() {
    let manifest = android("src/main/AndroidManifest.xml");
    let exported = manifest.matches("android:exported=\"true\"").count();
    let activities = tags(&manifest, "activity");
    assert_eq!((activities.len(), exported), (1, 1));
    assert!(activities[0].contains(".MainActivity") && activities[0].contains("android:exported=\"true\""));
    for other in ["service", "receiver", "activity-alias"] {
        assert_eq!(tags(&manifest, other), Vec::<&str>::new());
    }
    assert!(tags(&manifest, "provider").iter().all(|one| one.contains("android:exported=\"false\"")));
    assert!(!manifest.contains("android:debuggable") && !manifest.contains("android.intent.action.VIEW"));
    let shared = android("src/main/res/xml/file_paths.xml");
    assert_eq!(tags(&shared, "external-files-path").len(), 1);
    assert!(!shared.contains("root-path") && !shared.contains("<external-path") && !shared.contains("path=\".\""));

    let gradle = android("build.gradle.kts");
    let release = gradle.split("getByName(\"release\")").nth(1).unwrap();
    assert!(release.contains("isDebuggable = false") && release.contains("isJniDebuggable = false"));
    assert!(!release.contains("isDebuggable = true"));
    assert!(gradle.contains("minSdk = 28"));
}

#[test]
fn the_system_keeps_no_picture_of_the_screen_and_no_keyboard_learns_from_it() {
    let activity = android("src/main/java/cn/linli/app/MainActivity.kt");
    let on_create = activity.split("override fun onCreate").nth(1).unwrap();
    let (secure, drawn) = (on_create.find("FLAG_SECURE").unwrap(), on_create.find("super.onCreate").unwrap());
    assert!(secure < drawn, "the first picture must be covered too");
    for rule in [
        "allowFileAccess = false",
        "saveFormData = false",
        "setGeolocationEnabled(false)",
        "IMPORTANT_FOR_AUTOFILL_NO_EXCLUDE_DESCENDANTS",
    ] {
        assert!(activity.contains(rule), "{rule}");
    }
    assert!(read("../scripts/android-build").contains("IME_FLAG_NO_PERSONALIZED_LEARNING"));
}

#[test]
fn the_project_calls_one_version_of_the_tool_that_made_it() {
    let task = read("gen/android/buildSrc/src/main/java/cn/linli/app/kotlin/BuildTask.kt");
    let build = read("../scripts/android-build");
    let version = build.lines().find_map(|line| line.strip_prefix("TAURI_CLI=")).unwrap();
    assert!(task.contains(&format!("@tauri-apps/cli@{version}\"")), "BuildTask.kt calls another than {version}");
    assert!(android("build.gradle.kts").contains("namespace = \"cn.linli.app\""));
}
