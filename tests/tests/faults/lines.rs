//! Lines: slow (F10), cut every so often (F11), open and dead (F12).

use anyhow::{Result, ensure};
use base64::Engine as _;
use image::{ImageFormat, Rgb, RgbImage};
use linli_tests::neighbourhood::{Device, Neighbourhood, list, text};
use linli_tests::poor::{Line, PoorLine};
use serde_json::{Value, json};
use std::io::Cursor;
use std::time::{Duration, Instant};

/// Reports an issue with a photo of a few hundred kilobytes.
async fn report_with_photo(device: &Device) -> Result<()> {
    let mut grain = 7u32;
    let picture = RgbImage::from_fn(900, 700, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (grain >> 28) as u8;
        Rgb([(x / 8) as u8 ^ noise, (y / 6) as u8, noise])
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Jpeg)?;
    let data = base64::engine::general_purpose::STANDARD.encode(file.into_inner());
    let photo = device.ask("stage_photo", json!({ "data": data })).await?["photo"].clone();
    let buildings = device.ask("list_buildings", Value::Null).await?;
    let categories = device.ask("list_categories", Value::Null).await?;
    let category = list(&categories).iter().find(|one| one["private"] == false).cloned().unwrap_or_default();
    let issue = json!({
        "category": category["id"], "words": "三楼的灯不亮", "place": "1单元三层", "building": list(&buildings)[0]["id"],
        "grid": null, "household": null, "urgency": "normal", "photos": [text(&photo)],
    });
    device.ask("report_issue", issue).await.map(drop)
}

/// Waits, as long as it takes, until this of the sync page is so.
async fn until(device: &Device, patience: Duration, is_so: impl Fn(&Value) -> bool) -> Result<Duration> {
    let begun = Instant::now();
    loop {
        let status = device.ask("sync_status", Value::Null).await?;
        if is_so(&status) {
            return Ok(begun.elapsed());
        }
        ensure!(begun.elapsed() < patience, "not so after {patience:?}: {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f10_a_days_edits_go_up_a_second_generation_line_before_any_photo() -> Result<()> {
    let here = Neighbourhood::start().await?;
    // 60 kbit/s, and 600 ms there and back. The machine has no netem for the lost packets.
    let line = Line { rate: 7_500, delay: Duration::from_millis(300), breaks_after: 0 };
    let (near, slow) = (here.tablet("wangwei").await?, PoorLine::to_port(here.port(), line).await?);
    let tablet = near.after_the_battery_died(Some("http://127.0.0.1:9".into()))?;
    tablet.unlock().await?;
    let homes = tablet.homes(13).await?;
    report_with_photo(&tablet).await?;
    for (n, home) in homes.iter().enumerate() {
        // The visit, its household, and the phone: 40 edits with the issue's.
        tablet.visit(home, &format!("第{n}户，老人身体好，楼道灯要修")).await?;
        tablet.correct(&home.resident, "phone", &format!("100666012{n:02}")).await?;
    }
    let edits = tablet.ask("sync_status", Value::Null).await?["waiting"].as_u64().unwrap_or(0);
    let tablet = tablet.after_the_battery_died(Some(slow.address()))?;
    tablet.unlock().await?;
    let took = until(&tablet, Duration::from_secs(120), |status| status["waiting"] == 0).await?;
    let (up, down) = slow.carried();
    println!("F10: {edits} edits sent in {:.1} s, {up} bytes up and {down} down", took.as_secs_f64());
    ensure!(edits >= 40, "a day has more edits than {edits}");
    ensure!(up <= 40 * 1024, "a day's edits took {up} bytes");
    until(&tablet, Duration::from_secs(240), |status| status["photos"]["count"] == 0).await?;
    let requests = slow.requests();
    let photo = requests.iter().position(|one| one.starts_with("PUT /v1/blobs/"));
    let words = requests.iter().position(|one| one.starts_with("POST /v1/push"));
    ensure!(words < photo, "a photo went before the words: {requests:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f11_a_line_that_breaks_every_few_seconds_gets_everything_through_in_the_end() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let mut figures = Vec::new();
    for breaks_after in [0, 75_000] {
        // What a line of 60 kbit/s carries in 10 s; how fast it does so changes nothing about what is sent again.
        let line = PoorLine::to_port(here.port(), Line { breaks_after, ..Line::default() }).await?;
        let tablet = here.new_tablet(&format!("tablet-{breaks_after}"))?;
        let person = linli_relay::store::Holder::Person(here.person("wangwei")?);
        let link = here.link_for(person, &line.address(), 10)?;
        tablet.ask("enrol", json!({ "link": link, "pin": linli_tests::neighbourhood::PIN })).await?;
        tablet.until_loaded().await?;
        report_with_photo(&tablet).await?;
        for home in tablet.homes(8).await? {
            tablet.visit(&home, "线路不好也要记下来").await?;
        }
        until(&tablet, Duration::from_secs(150), |status| status["waiting"] == 0 && status["photos"]["count"] == 0)
            .await?;
        let (up, down) = line.carried();
        figures.push((up + down, line.broken(), line.connections()));
    }
    let ((whole, _, _), (pieces, broken, connections)) = (figures[0], figures[1]);
    println!(
        "F11: {whole} bytes on a whole line, {pieces} on one that broke {broken} times ({connections} connections)"
    );
    ensure!(broken > 0, "the line never broke");
    ensure!(pieces <= whole * 2, "{pieces} bytes for {whole}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_a_line_that_is_open_and_dead_is_noticed_within_thirty_seconds_and_saving_never_waits() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = PoorLine::to_port(here.port(), Line::default()).await?;
    let tablet = here.tablet_through("wangwei", &line.address()).await?;
    let home = tablet.home().await?;
    line.go_silent(true);
    let begun = Instant::now();
    tablet.visit(&home, "线路断了也能记").await?;
    let saved_in = begun.elapsed();
    let noticed =
        until(&tablet, Duration::from_secs(40), |status| status["last_problem"]["code"] == "relay_unreachable");
    let noticed = noticed.await?;
    println!("F12: saved in {saved_in:?}, a dead line noticed after {:.1} s", noticed.as_secs_f64());
    ensure!(noticed <= Duration::from_secs(30), "noticed after {noticed:?}");
    line.go_silent(false);
    tablet.until_sent().await?;

    // Nobody answers the call at all: the queue of who listens is full, as if every packet were lost.
    let deaf = tokio::net::TcpSocket::new_v4()?;
    deaf.bind("127.0.0.1:0".parse()?)?;
    let deaf = deaf.listen(1)?;
    let address = deaf.local_addr()?;
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(300), tokio::net::TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    let tablet = tablet.after_the_battery_died(Some(format!("http://{address}")))?;
    tablet.unlock().await?;
    let noticed =
        until(&tablet, Duration::from_secs(40), |status| status["last_problem"]["code"] == "relay_unreachable");
    let noticed = noticed.await?;
    println!("F12: no answer to a call noticed after {:.1} s", noticed.as_secs_f64());
    ensure!(noticed <= Duration::from_secs(30), "noticed after {noticed:?}");
    Ok(())
}
