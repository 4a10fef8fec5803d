//! The page's calls: sign in and out, one route for every use case, and the stream of events.

use crate::server::Console;
use crate::sessions::COOKIE;
use app_core::{CommandError, Session};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use futures_util::Stream;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

/// A failure as RFC 9457 problem details: the code, and the facts for its sentence.
pub struct Refusal(CommandError);

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = status_of(&self.0.code);
        let problem = json!({
            "type": "about:blank", "title": self.0.code, "status": status.as_u16(), "code": self.0.code,
            "detail_fields": self.0.detail,
        });
        let mut response = (status, Json(problem)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

fn status_of(code: &str) -> StatusCode {
    match code {
        "session_ended" | "not_signed_in" | "sign_in_wrong" => StatusCode::UNAUTHORIZED,
        "not_allowed" => StatusCode::FORBIDDEN,
        "not_found" => StatusCode::NOT_FOUND,
        "sign_in_wait" | "too_many_requests" => StatusCode::TOO_MANY_REQUESTS,
        "value_invalid" | "nothing_changed" | "input_invalid" | "photo_type" | "photo_broken" | "photos_too_many" => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        "relay_unreachable" | "not_the_relay" | "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
        "photo_too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        "disk_full" => StatusCode::INSUFFICIENT_STORAGE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A page of another site cannot send this header, so a cookie alone acts for nobody.
fn comes_from_our_page(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get("x-linli").is_some() { Ok(()) } else { Err(CommandError::new("not_allowed").into()) }
}

fn session_of(console: &Console, jar: &CookieJar) -> Option<Session> {
    console.sessions.of(jar.get(COOKIE)?.value())
}

#[derive(Deserialize)]
pub struct SignIn {
    name: String,
    password: String,
}

pub async fn sign_in(
    State(console): State<Console>,
    headers: HeaderMap,
    jar: CookieJar,
    Json(input): Json<SignIn>,
) -> Result<(CookieJar, Json<Value>), Refusal> {
    comes_from_our_page(&headers)?;
    let session = console.core.sign_in(&input.name, &input.password).await?;
    let secret = console.sessions.start(session.clone()).ok_or_else(|| CommandError::internal("no random bytes"))?;
    let cookie = Cookie::build((COOKIE, secret)).path("/").http_only(true).same_site(SameSite::Strict);
    let state = console.core.call(Some(session), "app_state", Value::Null).await?;
    Ok((jar.add(cookie), Json(state)))
}

pub async fn sign_out(
    State(console): State<Console>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<(CookieJar, Json<Value>), Refusal> {
    comes_from_our_page(&headers)?;
    if let Some(cookie) = jar.get(COOKIE) {
        console.sessions.end(cookie.value());
    }
    Ok((jar.remove(Cookie::build(COOKIE).path("/")), Json(Value::Null)))
}

pub async fn call(
    State(console): State<Console>,
    headers: HeaderMap,
    jar: CookieJar,
    Path(name): Path<String>,
    Json(input): Json<Value>,
) -> Result<Json<Value>, Refusal> {
    comes_from_our_page(&headers)?;
    Ok(Json(console.core.call(session_of(&console, &jar), &name, input).await?))
}

/// A picked photo: the one call whose input is large.
pub async fn stage_photo(
    console: State<Console>,
    headers: HeaderMap,
    jar: CookieJar,
    input: Json<Value>,
) -> Result<Json<Value>, Refusal> {
    call(console, headers, jar, Path("stage_photo".to_owned()), input).await
}

/// Tells the page that something may have changed, as long as its session lasts. It says what kinds, never what values.
pub async fn events(
    State(console): State<Console>,
    jar: CookieJar,
) -> Result<Sse<impl Stream<Item = Result<Message, Infallible>>>, Refusal> {
    let secret = jar.get(COOKIE).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    console.sessions.of(&secret).ok_or_else(|| CommandError::new("session_ended"))?;
    let mut events = console.core.events();
    let stream = async_stream::stream! {
        loop {
            let event = match events.recv().await {
                Ok(event) => event,
                // Too slow for the queue: have it ask for everything once more.
                Err(RecvError::Lagged(_)) => app_core::Event::RecordsChanged { kinds: Vec::new() },
                Err(RecvError::Closed) => break,
            };
            // Asked at each event: who signed out meanwhile is told nothing more.
            if console.sessions.of(&secret).is_none() {
                break;
            }
            if let Ok(message) = Message::default().json_data(event) {
                yield Ok(message);
            }
        }
    };
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
