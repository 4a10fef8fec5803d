//! A page somebody drives: the tablet's own window, or a browser on the console. Both speak W3C WebDriver.
//!
//! Each has a driver process of its own. Dropping a [`Browser`] kills driver, window and helpers at once.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::display::Display;
use crate::page::Page;
use crate::processes::{Process, free_port};
use crate::stage::Stage;

const START_LIMIT: Duration = Duration::from_secs(60);

/// A driver with its one session.
pub struct Browser {
    // First, because fields are dropped in this order: the window must die before its session could close it in
    // good order, or a scenario would test the wrong end.
    _driver: Process,
    client: Client,
}

impl Browser {
    /// Chromium without a window on the screen, with an empty page.
    pub async fn chromium(stage: &Stage) -> Result<Self> {
        let port = free_port()?;
        let mut driver = Command::new("chromedriver");
        driver.arg(format!("--port={port}"));
        driver.env("HOME", stage.dir("chromium-home")?);
        let profile = stage.dir("chromium-profile")?;
        let options = json!({
            "binary": "/usr/bin/chromium",
            "args": [
                "--headless", "--disable-gpu", "--window-size=1440,900", "--lang=zh-CN",
                // In a container, and as root, Chromium's own sandbox cannot start; the page is ours.
                "--no-sandbox", "--disable-dev-shm-usage",
                // Nothing but our page may use the network, or a slow line would decide about our tests.
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
                "--no-first-run", format!("--user-data-dir={}", profile.display()),
            ],
        });
        let capabilities = [("browserName", json!("chrome")), ("goog:chromeOptions", options)];
        Self::connect(stage, "chromedriver", driver, port, &capabilities)
            .await
            .context("no Chromium session; scripts/setup installs chromium and chromium-driver")
    }

    /// The tablet's own window, with its data in a folder.
    pub async fn app_window(stage: &Stage, display: &Display, app: &Path, data: &Path) -> Result<Self> {
        let port = free_port()?;
        let home = stage.dir("tablet-home")?;
        let mut driver = Command::new("WebKitWebDriver");
        driver.args(["--host=127.0.0.1", &format!("--port={port}")]);
        // The driver starts the app, which inherits all this.
        driver.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        driver.env("LINLI_DATA", data).env("DISPLAY", display.name());
        // A home of its own: no window position, cache or font setting of whoever runs the tests.
        driver.env("HOME", &home).env("XDG_RUNTIME_DIR", &home);
        for variable in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "WAYLAND_DISPLAY"] {
            driver.env_remove(variable);
        }
        // No message bus: on a developer's desktop, an app that is open there would be told to come to the front
        // instead of ours starting.
        driver.env_remove("DBUS_SESSION_BUS_ADDRESS").env("NO_AT_BRIDGE", "1").env("GTK_A11Y", "none");
        driver.env("GDK_BACKEND", "x11").env("LANG", "C.UTF-8");
        // There is no graphics card behind Xvfb, and looking for one prints pages of warnings.
        driver.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
        let options = json!({ "binary": app, "args": [] });
        Self::connect(stage, "tablet", driver, port, &[("webkitgtk:browserOptions", options)])
            .await
            .context("no session with the tablet's window; scripts/setup installs webkit2gtk-driver")
    }

    async fn connect(
        stage: &Stage,
        name: &str,
        driver: Command,
        port: u16,
        capabilities: &[(&str, Value)],
    ) -> Result<Self> {
        let mut process = Process::start(stage, name, driver)?;
        let capabilities: Capabilities =
            capabilities.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let begun = Instant::now();
        // The driver's port opens a moment after the driver starts. What comes after that is a real refusal.
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if begun.elapsed() > START_LIMIT || process.has_ended()? {
                bail!("{name}'s driver does not listen on port {port}; its log follows");
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Self { _driver: process, client })
    }

    /// What the scenario sees and touches. `name` is for messages and pictures.
    pub fn page(&self, name: &str, stage: &Stage) -> Page {
        Page::new(name, self.client.clone(), None, stage.failures())
    }

    /// One more page of the same browser, signed in as the first; bring it to the front before using it.
    pub async fn tab(&self, name: &str, stage: &Stage, address: &str) -> Result<Page> {
        let window = self.client.new_window(true).await?.handle;
        self.client.switch_to_window(window.clone()).await?;
        self.client.goto(address).await.with_context(|| format!("Chromium cannot open {address}"))?;
        Ok(Page::new(name, self.client.clone(), Some(window), stage.failures()))
    }
}
