//! Under `make test` there is no network but this machine's own (scripts/alone).

use anyhow::Result;

#[test]
fn where_the_run_says_it_is_alone_no_host_outside_can_be_reached() -> Result<()> {
    if std::env::var("LINLI_ALONE").as_deref() != Ok("yes") {
        eprintln!("not alone: run under scripts/alone to prove it");
        return Ok(());
    }
    let devices = std::fs::read_to_string("/proc/net/dev")?;
    let names: Vec<&str> = devices.lines().skip(2).filter_map(|line| line.split(':').next()).map(str::trim).collect();
    assert_eq!(names, ["lo"]);
    // TEST-NET-1, an address that nobody has.
    assert!(std::net::UdpSocket::bind("0.0.0.0:0")?.connect("192.0.2.1:53").is_err(), "there is a way out");
    Ok(())
}
