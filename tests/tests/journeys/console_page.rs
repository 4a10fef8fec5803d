//! The console's HTTP shell: what a page must bring to be answered, and what an answer carries.

use anyhow::{Context, Result};
use futures_util::StreamExt;
use linli_tests::neighbourhood::{Device, Neighbourhood, Pages};
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// A console behind its page server, and somebody who asks it.
struct Front {
    pages: Pages,
    client: Client,
    console: Device,
    here: Neighbourhood,
}

impl Front {
    async fn start() -> Result<Self> {
        let here = Neighbourhood::start().await?;
        let console = here.console().await?;
        let folder = here.path("pages");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("index.html"), "<title>邻里</title>")?;
        let pages = Pages::serve(&console, &folder).await?;
        let client = Client::builder().no_proxy().build()?;
        Ok(Self { pages, client, console, here })
    }

    /// Posts JSON as our page does, with a cookie where there is one.
    async fn post(&self, path: &str, cookie: &str, body: &Value) -> Result<Response> {
        let request = self.client.post(format!("{}{path}", self.pages.address)).header("x-linli", "1").json(body);
        Ok(if cookie.is_empty() { request } else { request.header(COOKIE, cookie) }.send().await?)
    }

    async fn sign_in(&self, who: &str) -> Result<Response> {
        let account = self.here.account(who)?;
        self.post("/api/sign-in", "", &json!({ "name": account.name, "password": account.password })).await
    }

    /// Signs in and gives the cookie to send from then on.
    async fn cookie(&self, who: &str) -> Result<String> {
        let set = set_cookie(&self.sign_in(who).await?)?;
        Ok(set.split(';').next().unwrap_or_default().to_owned())
    }
}

fn set_cookie(response: &Response) -> Result<String> {
    Ok(response.headers().get(SET_COOKIE).context("a cookie")?.to_str()?.to_owned())
}

fn content_type(response: &Response) -> &str {
    response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The status and code of a refusal, which always is problem details.
async fn problem(response: Response) -> Result<(u16, String)> {
    assert_eq!(content_type(&response), "application/problem+json");
    let status = response.status().as_u16();
    let body: Value = response.json().await?;
    assert_eq!(body["status"], status);
    Ok((status, body["code"].as_str().unwrap_or_default().to_owned()))
}

#[tokio::test]
async fn nothing_is_answered_without_a_session_or_to_a_page_of_another_site() -> Result<()> {
    let front = Front::start().await?;
    let refused = |status: u16, code: &str| (status, code.to_owned());
    let answer = front.post("/api/call/list_scopes", "", &Value::Null).await?;
    assert_eq!(problem(answer).await?, refused(401, "session_ended"));
    let answer = front.post("/api/call/list_scopes", "linli_session=AAAA", &Value::Null).await?;
    assert_eq!(problem(answer).await?, refused(401, "session_ended"), "a cookie somebody made up");
    let answer = front.client.get(format!("{}/api/events", front.pages.address)).send().await?;
    assert_eq!(problem(answer).await?, refused(401, "session_ended"));

    // A form of another site sends the cookie along, and cannot send our header.
    let cookie = front.cookie("lina").await?;
    for path in ["/api/call/list_scopes", "/api/sign-in", "/api/sign-out"] {
        let body = json!({ "name": "lina", "password": "x" });
        let request = front.client.post(format!("{}{path}", front.pages.address)).header(COOKIE, &cookie).json(&body);
        assert_eq!(problem(request.send().await?).await?, refused(403, "not_allowed"), "{path}");
    }
    let answer = front.post("/api/call/list_scopes", &cookie, &Value::Null).await?;
    assert_eq!(answer.status(), StatusCode::OK, "the session still stands after all that");

    // Nobody signed in hears which page to show, and no more.
    let state: Value = front.post("/api/call/app_state", "", &Value::Null).await?.json().await?;
    assert_eq!(
        (&state["stage"], &state["person"], &state["district"]),
        (&json!("sign_in"), &Value::Null, &json!("相山区"))
    );
    for (call, input) in [
        ("enrol", json!({ "link": "linli:enrol?", "pin": "1" })),
        ("unlock", json!({ "pin": "1" })),
        ("lock", Value::Null),
    ] {
        let answer = front.post(&format!("/api/call/{call}"), &cookie, &input).await?;
        assert_eq!(problem(answer).await?, refused(403, "not_allowed"), "{call} is for tablets");
    }
    assert!(front.console.core.is_enrolled());
    Ok(())
}

#[tokio::test]
async fn signing_in_gives_a_cookie_no_script_can_read_and_signing_out_ends_it() -> Result<()> {
    let front = Front::start().await?;
    for (name, password) in [
        ("lina", "wrong"),
        ("nobody", "wrong"),
        ("", ""),
        ("wangwei", front.here.account("wangwei")?.password.as_str()),
    ] {
        let answer = front.post("/api/sign-in", "", &json!({ "name": name, "password": password })).await?;
        assert!(answer.headers().get(SET_COOKIE).is_none());
        assert_eq!(problem(answer).await?, (401, "sign_in_wrong".to_owned()), "{name:?}");
    }
    let answer = front.sign_in("lina").await?;
    let set = set_cookie(&answer)?;
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.split("; ").any(|one| one == part), "{part} in {set}");
    }
    let body = answer.text().await?;
    let secret = set.split([';', '=']).nth(1).context("a secret")?;
    assert!(secret.len() >= 43 && !body.contains(secret), "32 random bytes, in the cookie only");
    let state: Value = serde_json::from_str(&body)?;
    assert_eq!((&state["stage"], &state["person"]["name"]), (&json!("ready"), &json!("李娜")));

    let cookie = format!("linli_session={secret}");
    let other = front.cookie("zhangmin").await?;
    let mut events = front
        .client
        .get(format!("{}/api/events", front.pages.address))
        .header(COOKIE, &cookie)
        .send()
        .await?
        .bytes_stream();
    assert_eq!(front.post("/api/call/list_scopes", &cookie, &Value::Null).await?.status(), StatusCode::OK);
    // What was told while the session lasted is out of the way.
    while tokio::time::timeout(Duration::from_millis(300), events.next()).await.is_ok() {}
    let answer = front.post("/api/sign-out", &cookie, &Value::Null).await?;
    assert!(set_cookie(&answer)?.contains("Max-Age=0"), "the browser forgets it");
    let answer = front.post("/api/call/list_scopes", &cookie, &Value::Null).await?;
    assert_eq!(problem(answer).await?, (401, "session_ended".to_owned()), "and so does the console");
    assert_eq!(
        front.post("/api/call/list_scopes", &other, &Value::Null).await?.status(),
        StatusCode::OK,
        "others stay"
    );

    // The stream that was open tells nothing any more.
    front.post("/api/call/sync_now", &other, &Value::Null).await?;
    let next = tokio::time::timeout(Duration::from_secs(2), events.next()).await;
    assert!(matches!(next, Ok(None)), "the stream of a session that has ended said {next:?}");
    Ok(())
}

#[tokio::test]
async fn every_answer_tells_the_browser_to_run_keep_and_frame_nothing_of_others() -> Result<()> {
    let front = Front::start().await?;
    let page = front.client.get(&front.pages.address).send().await?;
    let call = front.post("/api/call/app_state", "", &Value::Null).await?;
    let refused = front.post("/api/call/list_scopes", "", &Value::Null).await?;
    assert!(content_type(&page).starts_with("text/html"));
    for answer in [&page, &call, &refused] {
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("http") && !policy.contains('*'), "no other host: {policy}");
        assert!(!policy.contains("script-src"), "scripts come from our own pages, none is inline: {policy}");
        assert_eq!((header("x-content-type-options"), header("x-frame-options")), ("nosniff", "DENY"));
        assert_eq!(header("referrer-policy"), "no-referrer");
    }
    for answer in [&call, &refused] {
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_with_a_script_in_it_is_text_and_stays_text() -> Result<()> {
    let front = Front::start().await?;
    let cookie = front.cookie("lina").await?;
    let all = json!({ "scope": null, "text": null, "offset": 0, "limit": 1 });
    let page: Value = front.post("/api/call/register", &cookie, &all).await?.json().await?;
    let resident = page["rows"][0]["resident"].clone();
    let file: Value =
        front.post("/api/call/resident_file", &cookie, &json!({ "resident": resident })).await?.json().await?;
    let name = "<script>alert('1')</script>";
    let changes = json!([{ "field": "name", "value": name, "seen": file["fields"][0]["seen"] }]);
    let saved =
        front.post("/api/call/correct_resident", &cookie, &json!({ "resident": resident, "changes": changes })).await?;
    assert_eq!(saved.status(), StatusCode::OK);
    let answer = front.post("/api/call/resident_file", &cookie, &json!({ "resident": resident })).await?;
    assert_eq!(content_type(&answer), "application/json");
    let file: Value = answer.json().await?;
    assert_eq!((&file["name"], &file["fields"][0]["shown"]), (&json!(name), &json!(name)));
    Ok(())
}

#[tokio::test]
async fn what_is_no_call_of_ours_is_refused_by_name() -> Result<()> {
    let front = Front::start().await?;
    let cookie = front.cookie("lina").await?;
    for (call, input) in [
        ("drop_everything", Value::Null),
        ("resident_file", json!({ "resident": 7 })),
        ("register", json!({ "scope": null, "text": null, "offset": -1, "limit": 10 })),
    ] {
        let answer = front.post(&format!("/api/call/{call}"), &cookie, &input).await?;
        assert_eq!(problem(answer).await?, (422, "input_invalid".to_owned()), "{call}");
    }
    let answer = front.post("/api/call/resident_file", &cookie, &json!({ "resident": "no such id" })).await?;
    assert_eq!(problem(answer).await?, (404, "not_found".to_owned()));
    let big = json!({ "resident": "x".repeat(1024 * 1024) });
    let answer = front.post("/api/call/resident_file", &cookie, &big).await?;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let answer = front.client.get(format!("{}/healthz", front.pages.address)).send().await?;
    assert_eq!(answer.text().await?, "ok", "it still stands");
    Ok(())
}
