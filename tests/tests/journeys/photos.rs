//! Photos: picked and saved without a network, carried after the words and over a line that breaks, seen at the console.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, ImageFormat, Rgb, RgbImage};
use linli_tests::Link;
use linli_tests::neighbourhood::{Device, Neighbourhood, list, text};
use local_store::{View, photo_queue};
use serde_json::{Value, json};
use sync_protocol::blobs::BlobHash;

/// A camera's file: grain that packs badly, and the place where it was taken.
fn camera_file() -> Result<Vec<u8>> {
    let mut grain = 7u32;
    let picture = RgbImage::from_fn(1500, 1100, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (grain >> 27) as u8;
        Rgb([(x / 8) as u8 ^ noise, (y / 6) as u8 ^ noise, noise])
    });
    let mut exif = b"II\x2a\0\x08\0\0\0\x01\0\x25\x88\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0".to_vec();
    exif.extend(b"\x01\0\x01\0\x02\0\0\0\x02\0\0\0N\0\0\0\0\0\0\0");
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 90);
    encoder.set_exif_metadata(exif)?;
    picture.write_with_encoder(encoder)?;
    Ok(file)
}

async fn pick(device: &Device) -> Result<String> {
    let file = camera_file()?;
    assert!(file.windows(4).any(|four| four == b"Exif"));
    let staged = device.ask("stage_photo", json!({ "data": BASE64.encode(file) })).await?;
    assert!(text(&staged["url"]).starts_with("data:image/jpeg;base64,"), "a preview at once");
    Ok(text(&staged["photo"]))
}

async fn report(device: &Device, photos: &[String]) -> Result<String> {
    let buildings = device.ask("list_buildings", Value::Null).await?;
    let categories = device.ask("list_categories", Value::Null).await?;
    let category = list(&categories).iter().find(|one| one["private"] == false).context("a public category")?;
    let input = json!({
        "category": category["id"], "words": "三楼的灯不亮", "place": "1单元三层", "building": list(&buildings)[0]["id"],
        "grid": null, "household": null, "urgency": "normal", "photos": photos,
    });
    Ok(text(&device.ask("report_issue", input).await?["record"]))
}

fn jpeg(url: &Value) -> Result<Vec<u8>> {
    let url = text(url);
    Ok(BASE64.decode(url.strip_prefix("data:image/jpeg;base64,").context("no picture")?)?)
}

async fn until_carried(device: &Device) -> Result<()> {
    let status = device.until("sync_status", Value::Null, |status| status["photos"]["count"] == 0).await?;
    assert_eq!(status["waiting"], 0);
    Ok(())
}

#[tokio::test]
async fn a_photo_reported_offline_survives_a_dead_battery_and_is_seen_at_the_console_without_its_place() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = Link::to_port(here.port()).await?;
    let console = here.console().await?;
    let desk = here.desk(&console, "lina").await?;
    let tablet = here.tablet_through("wangwei", &line.address()).await?;

    line.close().await;
    let photo = pick(&tablet).await?;
    let removed = pick(&tablet).await?;
    tablet.ask("drop_photo", json!({ "photo": removed })).await?;
    assert_eq!(tablet.refused("photo_data", json!({ "photo": removed, "whole": true })).await?.code, "not_found");
    // Picked and not saved: still there after the battery died, and so is what was saved after it.
    let tablet = tablet.after_the_battery_died(None)?;
    tablet.unlock().await?;
    let issue = report(&tablet, std::slice::from_ref(&photo)).await?;
    let tablet = tablet.after_the_battery_died(None)?;
    tablet.unlock().await?;
    let file = tablet.ask("issue_file", json!({ "issue": issue })).await?;
    assert_eq!((&file["photos"][0]["id"], &file["photos"][0]["mark"]), (&json!(photo), &json!("saved_here")));
    let status = tablet.ask("sync_status", Value::Null).await?;
    assert_eq!((&status["waiting"], &status["photos"]["count"]), (&json!(2), &json!(1)), "counted apart");
    assert!(status["photos"]["kilobytes"].as_u64() > Some(10));

    line.open().await?;
    until_carried(&tablet).await?;
    let file = desk.until("issue_file", json!({ "issue": issue }), |file| !list(&file["photos"]).is_empty()).await?;
    assert_eq!((&file["photos"][0]["id"], &file["photos"][0]["use"]), (&json!(photo), &json!("before")));
    let arrived = |data: &Value| data["url"].is_string();
    let thumb = desk.until("photo_data", json!({ "photo": photo, "whole": false }), arrived).await?;
    let whole = desk.until("photo_data", json!({ "photo": photo, "whole": true }), arrived).await?;
    for (data, edge) in [(thumb, 240), (whole, 1500)] {
        let bytes = jpeg(&data["url"])?;
        assert!(!bytes.windows(4).any(|four| four == b"Exif"));
        assert_eq!(image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg)?.width(), edge);
    }
    Ok(())
}

#[tokio::test]
async fn a_line_cut_again_and_again_brings_a_photo_over_without_beginning_anew() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = Link::to_port(here.port()).await?;
    let tablet = here.tablet_through("wangwei", &line.address()).await?;
    line.close().await;
    let photo = pick(&tablet).await?;
    let issue = report(&tablet, std::slice::from_ref(&photo)).await?;
    let whole: BlobHash = tablet
        .store()?
        .read(&View::Everything, |tx| {
            let key = sync_protocol::RecordKey::new(
                "attachment",
                photo.parse().unwrap_or(sync_protocol::RecordId::from_bytes([0; 16])),
            );
            Ok(local_store::records::expect(tx, &key)?.text("sha256").and_then(|name| name.parse().ok()))
        })?
        .context("a name")?;
    let giver = format!("person:{}", here.person("wangwei")?);
    // Each time the line holds until the relay has somewhat more.
    let mut before = 0;
    for _ in 0..3 {
        line.open().await?;
        tablet.ask("sync_now", Value::Null).await?;
        let more = tablet.until("sync_status", Value::Null, |status| {
            status["photos"]["count"] == 0 || here.relay.blobs().held(whole, &giver).is_ok_and(|held| held > before)
        });
        let is_done = more.await?["photos"]["count"] == 0;
        line.close().await;
        if is_done {
            break;
        }
        let held = here.relay.blobs().held(whole, &giver)?;
        let waiting = tablet.store()?.read(&View::Everything, photo_queue::waiting)?;
        assert!(held >= before && waiting.photos == 1, "what the relay has it keeps");
        before = held;
    }
    line.open().await?;
    until_carried(&tablet).await?;
    let file = tablet.ask("issue_file", json!({ "issue": issue })).await?;
    assert_eq!(file["photos"][0]["mark"], "sent");
    let stored = here.relay.blobs().read(whole, 0, u64::MAX)?.context("the photo")?.0;
    assert_eq!(BlobHash::of(&stored), whole);
    Ok(())
}

#[tokio::test]
async fn what_is_no_photo_and_what_somebody_else_picked_is_refused_and_nothing_is_saved() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let refused = |data: &str| tablet.refused("stage_photo", json!({ "data": data }));
    assert_eq!(refused("*").await?.code, "photo_broken");
    assert_eq!(refused(&BASE64.encode("<svg onload=alert(1)>")).await?.code, "photo_type");
    let console = here.console().await?;
    let (lina, other) = (here.desk(&console, "lina").await?, here.desk(&console, "admin").await);
    let photo = pick(&lina).await?;
    if let Ok(other) = other {
        assert_eq!(other.refused("photo_data", json!({ "photo": photo, "whole": false })).await?.code, "not_found");
    }
    assert!(report(&tablet, std::slice::from_ref(&photo)).await.is_err(), "it is on another device");
    let many: Vec<String> = vec![photo; 10];
    assert!(report(&lina, &many).await.is_err_and(|error| error.to_string().contains("photos_too_many")));
    assert_eq!(tablet.ask("sync_status", Value::Null).await?["waiting"], 0, "no issue without its photo");
    Ok(())
}
