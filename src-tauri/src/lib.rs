//! The tablet's shell: one window in front of app-core. It has no rules of its own.

use app_core::{CommandError, Core, Shell};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use tauri::{AppHandle, Emitter, Manager, RunEvent, State, WebviewUrl, WebviewWindowBuilder};

/// The one command: a use case of app-core by name.
#[tauri::command]
async fn call(core: State<'_, Arc<Core>>, name: String, input: Value) -> Result<Value, CommandError> {
    core.call(None, &name, input).await
}

/// Starts the app. Data lives in `LINLI_DATA`, else in the system's folder for this app; `LINLI_RELAY` overrides the relay's
/// address that enrolment stored.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).init();
    let app = with_desktop_parts(tauri::Builder::default())
        .invoke_handler(tauri::generate_handler![call])
        .setup(|app| {
            let folder = match std::env::var_os("LINLI_DATA") {
                Some(folder) => PathBuf::from(folder),
                None => app.path().app_data_dir()?,
            };
            let core = Arc::new(Core::new(Shell::Tablet, &folder, std::env::var("LINLI_RELAY").ok())?);
            tell_screens(app.handle(), &core);
            app.manage(core);
            window(app)?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run(|_, event| {
            if let RunEvent::Exit = event {
                tracing::info!("closed");
            }
        }),
        Err(error) => {
            eprintln!("邻里 could not start: {error}");
            std::process::exit(1);
        }
    }
}

#[cfg(desktop)]
fn with_desktop_parts(builder: tauri::Builder<tauri::Wry>) -> tauri::Builder<tauri::Wry> {
    builder
        // First, so that a second start only brings this window forward: two processes must not write one store.
        .plugin(one_window())
        .plugin(tauri_plugin_window_state::Builder::default().build())
}

/// One window for each folder: a lead's store beside a worker's is another tablet on the same desk.
#[cfg(desktop)]
fn one_window() -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let one = tauri_plugin_single_instance::Builder::new().callback(|app, _, _| bring_forward(app));
    match std::env::var_os("LINLI_DATA").and_then(|folder| std::path::absolute(folder).ok()) {
        Some(folder) => one.dbus_id(format!("cn.linli.app.at{:016x}", hash(&folder))).build(),
        None => one.build(),
    }
}

#[cfg(desktop)]
fn hash(folder: &std::path::Path) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    hasher.finish()
}

/// A tablet's system keeps one process and one window by itself.
#[cfg(mobile)]
fn with_desktop_parts(builder: tauri::Builder<tauri::Wry>) -> tauri::Builder<tauri::Wry> {
    builder
}

/// The window, which shows our own pages and nothing else, whatever a page may ask for.
fn window(app: &tauri::App) -> tauri::Result<()> {
    let is_ours =
        |url: &tauri::Url| matches!(url.scheme(), "tauri" | "about") || url.host_str() == Some("tauri.localhost");
    let builder = WebviewWindowBuilder::new(app, "main", WebviewUrl::default());
    #[cfg(desktop)]
    // With a folder of our own, what the web view keeps (size, theme, language) lies in it as well.
    let builder = match std::env::var_os("LINLI_DATA") {
        Some(folder) => builder.data_directory(PathBuf::from(folder).join("webview")),
        None => builder,
    };
    // A tablet's window is its screen.
    #[cfg(desktop)]
    let builder = builder.title("邻里 Linli").inner_size(1280.0, 800.0).min_inner_size(360.0, 560.0);
    builder.on_navigation(is_ours).build()?;
    Ok(())
}

/// Passes the core's events on to the page.
fn tell_screens(app: &AppHandle, core: &Core) {
    let (app, mut events) = (app.clone(), core.events());
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                // A window that is closing misses an event, which it has no use for.
                Ok(event) => drop(app.emit("linli", event)),
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                    drop(app.emit("linli", app_core::Event::RecordsChanged { kinds: Vec::new() }));
                }
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        }
    });
}

#[cfg(desktop)]
fn bring_forward(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}
