//! What a person does to a page: look for something, tap it, type, read, wait for it to change.
//!
//! Everything waits with patience, because a page that redraws after a sync is not an error; and when patience ends,
//! the message says what was wanted and what the page shows instead, with a picture beside it.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

/// Long enough for two busy cores. Only failures take this long, so there is no reason to be brisk.
const PATIENCE: Duration = Duration::from_secs(45);
const PAUSE: Duration = Duration::from_millis(60);

/// A page in a browser or in the tablet's window.
#[derive(Clone)]
pub struct Page {
    name: String,
    client: Client,
    window: Option<WindowHandle>,
    pictures: PathBuf,
}

/// The CSS selector of a thing the UI names for tests.
pub fn named(test_id: &str) -> String {
    format!("[data-testid=\"{test_id}\"]")
}

impl Page {
    pub(crate) fn new(name: &str, client: Client, window: Option<WindowHandle>, pictures: PathBuf) -> Self {
        Self { name: name.to_owned(), client, window, pictures }
    }

    /// Waits until a thing is on the page and can be seen.
    pub async fn see(&self, test_id: &str) -> Result<()> {
        self.see_css(&named(test_id)).await
    }

    /// The same for any CSS selector, for things told apart by their attributes.
    pub async fn see_css(&self, css: &str) -> Result<()> {
        self.until(&format!("see {css}"), async || Ok(self.visible(css).await?.map(drop))).await
    }

    /// Waits until a thing is no longer to be seen.
    pub async fn see_no(&self, test_id: &str) -> Result<()> {
        let css = named(test_id);
        self.until(&format!("see no {css}"), async || {
            Ok(if self.visible(&css).await?.is_none() { Some(()) } else { None })
        })
        .await
    }

    pub async fn click(&self, test_id: &str) -> Result<()> {
        self.click_css(&named(test_id)).await
    }

    pub async fn click_css(&self, css: &str) -> Result<()> {
        self.until(&format!("click {css}"), async || match self.visible(css).await? {
            Some(element) if element.is_enabled().await? => {
                element.click().await?;
                Ok(Some(()))
            }
            _ => Ok(None),
        })
        .await
    }

    /// Empties a field and types into it.
    pub async fn fill(&self, test_id: &str, text: &str) -> Result<()> {
        // A kit may put the name on the field or on a box around it.
        let css = named(test_id);
        let css = format!("input{css}, textarea{css}, {css} input, {css} textarea");
        self.until(&format!("fill {css} with {text:?}"), async || {
            let Some(field) = self.visible(&css).await? else { return Ok(None) };
            field.clear().await?;
            // Drivers press keys, and no keyboard has a key for 中. Such words come in as an input method brings them.
            if text.is_ascii() {
                field.send_keys(text).await?
            } else {
                self.compose(&field, text).await?
            }
            Ok((field.prop("value").await?.as_deref() == Some(text)).then_some(()))
        })
        .await
    }

    /// Chooses a picture for a file field, as its dialog would: a dialog of the system's no driver can reach.
    pub async fn choose_picture(&self, test_id: &str) -> Result<()> {
        const SCRIPT: &str = "
            const [field, done] = arguments
            const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 })
            const paint = canvas.getContext('2d')
            paint.fillStyle = '#b3561d'
            paint.fillRect(80, 60, 480, 360)
            canvas.toBlob((blob) => {
                const files = new DataTransfer()
                files.items.add(new File([blob], 'IMG_0001.jpg', { type: 'image/jpeg' }))
                field.files = files.files
                field.dispatchEvent(new Event('change', { bubbles: true }))
                done(true)
            }, 'image/jpeg')";
        let css = named(test_id);
        let field = self.client.find(Locator::Css(&css)).await.with_context(|| format!("no {css}"))?;
        let field = serde_json::to_value(field).context("the field")?;
        self.client.execute_async(SCRIPT, vec![field]).await?;
        Ok(())
    }

    /// The text of a thing, as a person reads it.
    pub async fn text(&self, test_id: &str) -> Result<String> {
        let css = named(test_id);
        self.until(&format!("read {css}"), async || match self.visible(&css).await? {
            Some(element) => Ok(Some(element.text().await?)),
            None => Ok(None),
        })
        .await
    }

    /// Waits until a thing's text contains these words.
    pub async fn read(&self, test_id: &str, words: &str) -> Result<()> {
        let css = named(test_id);
        self.until(&format!("read {words:?} in {css}"), async || match self.visible(&css).await? {
            Some(element) => Ok(element.text().await?.contains(words).then_some(())),
            None => Ok(None),
        })
        .await
    }

    /// Waits until one of the things with this name contains these words.
    pub async fn read_among(&self, test_id: &str, words: &str) -> Result<()> {
        let css = named(test_id);
        self.until(&format!("read {words:?} among {css}"), async || {
            for element in self.client.find_all(Locator::Css(&css)).await? {
                if element.text().await?.contains(words) {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Everything the page shows just now, as text.
    pub async fn whole_text(&self) -> Result<String> {
        let text = self.client.execute("return document.body.innerText", Vec::new()).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until one of the things with this name contains these words, and gives its attribute.
    pub async fn attribute_where(&self, test_id: &str, words: &str, attribute: &str) -> Result<String> {
        let css = named(test_id);
        self.until(&format!("find {words:?} among {css}, with {attribute}"), async || {
            for element in self.client.find_all(Locator::Css(&css)).await? {
                if element.is_displayed().await? && element.text().await?.contains(words) {
                    return element.attr(attribute).await;
                }
            }
            Ok(None)
        })
        .await
    }

    /// An attribute of the first thing that a CSS selector finds, seen or not.
    pub async fn attribute(&self, css: &str, attribute: &str) -> Result<String> {
        self.until(&format!("know {attribute} of {css}"), async || {
            match self.client.find_all(Locator::Css(css)).await?.first() {
                Some(element) => element.attr(attribute).await,
                None => Ok(None),
            }
        })
        .await
    }

    /// Waits until a thing has this attribute with this value.
    pub async fn shows(&self, test_id: &str, attribute: &str, value: &str) -> Result<()> {
        self.see_css(&format!("{}[{attribute}=\"{value}\"]", named(test_id))).await
    }

    /// Waits until an error of this code is shown, and gives its sentence.
    pub async fn error(&self, code: &str) -> Result<String> {
        let css = format!("{}[data-code=\"{code}\"]", named("error-message"));
        self.until(&format!("be told of the error {code}"), async || match self.visible(&css).await? {
            Some(element) => Ok(Some(element.text().await?)),
            None => Ok(None),
        })
        .await
    }

    /// An attribute of every thing that a CSS selector finds just now.
    pub async fn all(&self, css: &str, attribute: &str) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for element in self.client.find_all(Locator::Css(css)).await? {
            found.extend(element.attr(attribute).await?);
        }
        Ok(found)
    }

    /// From now on the page remembers if this thing appears, even for a moment too short to be met by looking.
    pub async fn watch_for(&self, test_id: &str) -> Result<()> {
        const SCRIPT: &str = "
            const [name, css] = arguments
            window.watched = window.watched ?? {}
            const look = () => { if (document.querySelector(css)) window.watched[name] = true }
            new MutationObserver(look).observe(document.body, { childList: true, subtree: true })
            look()";
        self.client.execute(SCRIPT, vec![json!(test_id), json!(named(test_id))]).await?;
        Ok(())
    }

    /// Whether a watched thing has appeared since.
    pub async fn has_appeared(&self, test_id: &str) -> Result<bool> {
        let script = "return (window.watched ?? {})[arguments[0]] === true";
        Ok(self.client.execute(script, vec![json!(test_id)]).await? == Value::Bool(true))
    }

    /// Brings a page to the front: only one page of a browser can be driven at a time.
    pub async fn to_front(&self) -> Result<()> {
        if let Some(window) = &self.window {
            self.client.switch_to_window(window.clone()).await?;
        }
        Ok(())
    }

    /// Saves a picture of the page. For failures, and for scenarios that make pictures on purpose.
    pub async fn picture(&self, name: &str) -> Result<PathBuf> {
        // A web view that does not answer must not turn a failure into a hang.
        let taking = tokio::time::timeout(Duration::from_secs(10), self.client.screenshot());
        let picture = taking.await.context("the window gave no picture within 10 s")??;
        fs::create_dir_all(&self.pictures)?;
        let file = self.pictures.join(format!("{}-{name}.png", self.name));
        fs::write(&file, picture)?;
        Ok(file)
    }

    async fn visible(&self, css: &str) -> Result<Option<Element>, CmdError> {
        for element in self.client.find_all(Locator::Css(css)).await? {
            if element.is_displayed().await? {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    /// Puts words into a field at once and tells the page, as an input method does when a word is chosen.
    async fn compose(&self, field: &Element, text: &str) -> Result<(), CmdError> {
        const SCRIPT: &str = "
            const [field, text] = arguments
            const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement
            field.focus()
            // The kind's own setter: a framework may watch the one on the field.
            Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(field, text)
            field.dispatchEvent(new InputEvent('input', { bubbles: true, data: text }))
            field.dispatchEvent(new Event('change', { bubbles: true }))";
        let field = serde_json::to_value(field).unwrap_or(Value::Null);
        self.client.execute(SCRIPT, vec![field, json!(text)]).await?;
        Ok(())
    }

    /// Tries until it gives something. What the driver refuses meanwhile (redrawn, covered, not yet there) is tried
    /// again; the last refusal is told when patience ends.
    async fn until<T>(&self, wish: &str, attempt: impl AsyncFn() -> Result<Option<T>, CmdError>) -> Result<T> {
        let begun = Instant::now();
        let mut refusal = None;
        while begun.elapsed() < PATIENCE {
            match attempt().await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => refusal = None,
                // The window or its driver is gone: no use in asking again.
                Err(error @ (CmdError::Lost(_) | CmdError::Failed(_) | CmdError::FailedC(_))) => {
                    return Err(error)
                        .with_context(|| format!("{}: the window went away on the way to {wish}", self.name));
                }
                Err(error) => refusal = Some(error),
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(self.complaint(wish, refusal).await)
    }

    async fn complaint(&self, wish: &str, refusal: Option<CmdError>) -> anyhow::Error {
        let picture = match self.picture("instead").await {
            Ok(file) => file.display().to_string(),
            Err(error) => format!("none ({error:#})"),
        };
        let shown = self.whole_text().await.unwrap_or_default();
        let shown: String = shown.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(600).collect();
        let codes = self.client.execute(
            "return [...document.querySelectorAll('[data-testid=\"error-message\"]')].map(one => one.dataset.code)",
            Vec::new(),
        );
        let codes = codes.await.unwrap_or(Value::Null);
        let refusal = refusal.map(|error| format!("\n  the driver said: {error}")).unwrap_or_default();
        anyhow!(
            "{}: could not {wish} within {} s{refusal}\n  the page shows: {shown}\n  error codes on it: {codes}\n  picture: {picture}",
            self.name,
            PATIENCE.as_secs()
        )
    }
}
