//! The HTTP server: pages, calls and events, with headers that keep everything else out.

use crate::api;
use crate::sessions::Sessions;
use anyhow::Context;
use app_core::Core;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::routing::{get, post};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// A form is small; nothing else a page sends comes near this.
const MAX_BODY: usize = 1024 * 1024;
/// A picked photo, in base64 (app_core::photos).
const MAX_PHOTO_BODY: usize = 34 * 1024 * 1024;

/// Pictures come as `data:` from the core's own answers (photos), so that no address of one can be passed on.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; \
     frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

#[derive(Clone)]
pub struct Console {
    pub core: Arc<Core>,
    pub sessions: Arc<Sessions>,
}

pub async fn serve(core: Arc<Core>, listen: SocketAddr, pages: &Path) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| {
        format!(
            "{listen} cannot be used: another program may hold the port. Choose another with --listen 127.0.0.1:PORT"
        )
    })?;
    let app = router(Console { core, sessions: Arc::default() }, pages);
    println!("console: http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(stop_asked()).await.context("the server ended")
}

pub fn router(console: Console, pages: &Path) -> Router {
    let pages = ServeDir::new(pages).fallback(ServeFile::new(pages.join("index.html")));
    let header = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/api/call/{name}", post(api::call).layer(RequestBodyLimitLayer::new(MAX_BODY)))
        .route("/api/call/stage_photo", post(api::stage_photo).layer(DefaultBodyLimit::max(MAX_PHOTO_BODY)))
        .route("/api/sign-in", post(api::sign_in))
        .route("/api/sign-out", post(api::sign_out))
        .route("/api/events", get(api::events))
        .with_state(console)
        // Answers hold personal values; no cache on the way may keep them.
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .fallback_service(pages)
        .layer(RequestBodyLimitLayer::new(MAX_PHOTO_BODY))
        .layer(header(CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(X_FRAME_OPTIONS, "DENY"))
        .layer(header(REFERRER_POLICY, "no-referrer"))
}

async fn stop_asked() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
    // Event streams never end by themselves; waiting for them would wait for ever.
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        std::process::exit(0);
    });
}

#[cfg(test)]
mod tests {
    use super::POLICY;

    #[test]
    fn no_page_of_the_console_may_load_run_or_tell_anything_outside_it() {
        for directive in POLICY.split(';').map(str::trim) {
            let (name, sources) = directive.split_once(' ').unwrap();
            let allowed: &[&str] = match name {
                "default-src" | "form-action" => &["'self'"],
                "img-src" => &["'self'", "data:"],
                "style-src" => &["'self'"],
                "object-src" | "frame-src" | "frame-ancestors" | "base-uri" => &["'none'"],
                other => panic!("{other} was not thought of"),
            };
            assert!(sources.split(' ').all(|source| allowed.contains(&source)), "{directive}");
        }
        let named = ["default-src 'self'", "object-src 'none'", "frame-src 'none'", "frame-ancestors 'none'"];
        assert!(named.iter().all(|one| POLICY.contains(one)), "{POLICY}");
    }
}
