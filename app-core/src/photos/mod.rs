//! Photos: picked, made fit to be kept, saved with what they show, and looked at.
//!
//! A photo is staged in the store the moment it is picked and has its final id from then on; a form, or a draft of it,
//! keeps that id. Saving the form makes it an attachment in the same transaction ([`attach`]). Its bytes are read through
//! the record that names them, so whoever may not see the record sees no photo either.

mod prepare;

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::moment;
use crate::saved::id;
use crate::words::{self, SyncMark};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use local_store::saving::NewEdit;
use local_store::{Tx, blobs, photo_queue, photos, records};
use serde::{Deserialize, Serialize};
use sync_protocol::blobs::BlobHash;
use sync_protocol::{RecordId, RecordKey};
use ts_rs::TS;

/// Photos of one form at most.
pub const MOST: usize = 9;

words::words! {
    PhotoUse { Before, After, Photo }
}

/// A picked file. Its name is not asked for: it says nothing that can be relied on.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PickedPhoto {
    /// The file's bytes in base64.
    pub data: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct PhotoRef {
    pub photo: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct PhotoQuery {
    pub photo: String,
    /// The whole photo rather than its thumbnail.
    pub whole: bool,
}

/// A photo as an address that an `<img>` takes; absent while it has not arrived here.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PhotoData {
    pub photo: String,
    pub url: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct PhotoCard {
    pub id: String,
    #[serde(rename = "use")]
    pub used_as: PhotoUse,
    pub mark: SyncMark,
}

/// Prepares a picked photo and keeps it until its form is saved. Answers with the thumbnail.
pub(crate) fn stage_photo(asking: &Asking, input: PickedPhoto) -> Result<PhotoData> {
    let file = BASE64.decode(input.data.as_bytes()).map_err(|_| CommandError::new("photo_broken"))?;
    let prepared = prepare::prepare(&file)?;
    let photo = asking.mint()?;
    let now = moment::machine_ms();
    asking.write(|tx| {
        photos::stage(tx, photo, asking.person, &prepared.whole, &prepared.thumb, now)?;
        Ok(())
    })?;
    Ok(PhotoData { photo: photo.to_string(), url: Some(url(&prepared.thumb)) })
}

/// Forgets a picked photo that was not saved.
pub(crate) fn drop_photo(asking: &Asking, input: PhotoRef) -> Result<()> {
    let photo = id("attachment", &input.photo)?;
    asking.write(|tx| Ok(photos::forget(tx, photo, asking.person)?))
}

/// A photo's thumbnail or whole picture. A whole picture that is not here is fetched as soon as there is a network.
pub(crate) fn photo_data(asking: &Asking, input: PhotoQuery) -> Result<PhotoData> {
    let photo = id("attachment", &input.photo)?;
    let (name, bytes) = asking.read(|tx| {
        let name = name_of(tx, asking.person, photo, input.whole)?;
        Ok((name, blobs::read(tx, name)?))
    })?;
    if bytes.is_none() && input.whole {
        asking.write(|tx| Ok(blobs::want(tx, name, moment::machine_ms())?))?;
        asking.open.engine.fetch_photos();
    }
    Ok(PhotoData { photo: photo.to_string(), url: bytes.map(|bytes| url(&bytes)) })
}

/// The blob that a photo in view, or one the asker picked, names.
fn name_of(tx: &Tx<'_>, person: RecordId, photo: RecordId, whole: bool) -> Result<BlobHash> {
    if let Some(staged) = photos::staged(tx, photo, person)? {
        return Ok(if whole { staged.sha256 } else { staged.thumb });
    }
    let record = records::expect(tx, &RecordKey::new("attachment", photo))?;
    let field = if whole { "sha256" } else { "thumb" };
    let name = record.text(field).or_else(|| record.text("sha256")).and_then(|name| name.parse().ok());
    name.ok_or_else(|| CommandError::new("not_found").with("kind", "attachment"))
}

/// Reads the ids a form names, before anything is written.
pub(crate) fn ids(photos: &[String]) -> Result<Vec<RecordId>> {
    if photos.len() > MOST {
        return Err(CommandError::new("photos_too_many").with("most", MOST));
    }
    photos.iter().map(|photo| id("attachment", photo)).collect()
}

/// Turns picked photos into attachments of a record that is saved in this transaction.
pub(crate) fn attach(
    tx: &Tx<'_>,
    asking: &Asking,
    about: &RecordKey,
    used_as: PhotoUse,
    picked: &[RecordId],
) -> Result<Vec<NewEdit>> {
    let attach = |photo: &RecordId| {
        let staged = photos::unstage(tx, *photo, asking.person)?;
        let staged = staged.ok_or_else(|| CommandError::new("not_found").with("kind", "attachment"))?;
        Ok(NewEdit::create("attachment", *photo, asking.person)
            .set("about", about.to_string())
            .set("use", words::word(&used_as))
            .set("sha256", staged.sha256.to_string())
            .set("thumb", staged.thumb.to_string())
            .set("media_type", "image/jpeg")
            .set("bytes", i64::try_from(staged.bytes).unwrap_or(i64::MAX))
            .set("place_kept", false))
    };
    picked.iter().map(attach).collect()
}

/// The photos of a record, in the order they were taken up.
pub(crate) fn cards(tx: &Tx<'_>, about: &RecordKey) -> Result<Vec<PhotoCard>> {
    let card = |photo: RecordId| {
        let record = records::expect(tx, &RecordKey::new("attachment", photo))?;
        let waits = photo_queue::is_waiting(tx, record.text("sha256").unwrap_or_default(), record.text("thumb"))?;
        Ok(PhotoCard {
            id: photo.to_string(),
            used_as: words::read(record.text("use").unwrap_or_default(), PhotoUse::Photo),
            mark: SyncMark::of(waits.into(), false),
        })
    };
    photos::of(tx, about)?.into_iter().map(card).collect()
}

fn url(jpeg: &[u8]) -> String {
    format!("data:image/jpeg;base64,{}", BASE64.encode(jpeg))
}
