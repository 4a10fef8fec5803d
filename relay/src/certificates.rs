//! Makes what a relay needs for TLS: a small authority of the district's own, a spare one, and the relay's certificate.
//!
//! Invariants:
//! - An authority that is there is never made anew: devices trust its key, and another one would lock them out.
//! - Authorities are named alike and told apart by their keys, so that a key and this file are enough to go on with.
//! - A file is whole or not there; keys can be read by their owner only.

use anyhow::{Context, Result, bail, ensure};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use sync_protocol::day;

const AUTHORITY_NAME: &str = "Linli district authority";
const AUTHORITY_DAYS: i64 = 3650;

/// What lies in the folder that [`make`] fills.
pub mod files {
    pub const AUTHORITY: &str = "authority";
    pub const SPARE: &str = "spare-authority";
    pub const FORMER: &str = "former-authority";
    pub const RELAY: &str = "relay";
}

pub struct Wanted<'a> {
    /// The names and addresses under which devices reach the relay.
    pub names: &'a [String],
    /// How long the relay's certificate holds.
    pub days: u32,
    /// Lets the spare take the authority's place.
    pub change_authority: bool,
}

/// What was done, for the operator.
pub struct Made {
    pub new_authority: bool,
    pub changed_authority: bool,
    pub until: String,
}

/// Makes the relay's certificate, and whatever it needs that is not in the folder yet.
pub fn make(folder: &Path, wanted: &Wanted<'_>, now_ms: u64) -> Result<Made> {
    ensure!(!wanted.names.is_empty(), "a certificate needs a name or address at least");
    ensure!((1..=825).contains(&wanted.days), "a certificate holds for 1 to 825 days, not {}", wanted.days);
    let today = day::day_of(now_ms);
    fs::DirBuilder::new().recursive(true).create(folder).with_context(|| folder.display().to_string())?;
    let mut params = CertificateParams::new(wanted.names).context("that is no name or address")?;
    if wanted.change_authority {
        change_authority(folder)?;
    }
    let new_authority = make_authority(folder, files::AUTHORITY, &today)?;
    make_authority(folder, files::SPARE, &today)?;

    let authority = fs::read_to_string(pem(folder, files::AUTHORITY))?;
    let secret = fs::read_to_string(key(folder, files::AUTHORITY)).with_context(|| {
        let path = key(folder, files::AUTHORITY);
        format!("{} is needed to sign the relay's certificate; bring it back from where it is kept", path.display())
    })?;
    let issuer = Issuer::new(authority_params(&today)?, KeyPair::from_pem(&secret)?);
    let until = day::add_days(&today, i64::from(wanted.days));
    name(&mut params, &wanted.names[0]);
    lasting(&mut params, &today, &until)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let pair = KeyPair::generate()?;
    let certificate = params.signed_by(&pair, &issuer)?;
    write(&key(folder, files::RELAY), 0o600, &pair.serialize_pem())?;
    // The authority's own stands behind it: devices that come by a link look for it in the handshake.
    write(&pem(folder, files::RELAY), 0o644, &format!("{}{authority}", certificate.pem()))?;
    Ok(Made { new_authority, changed_authority: wanted.change_authority, until })
}

/// Makes an authority unless it is there; true when it was made.
fn make_authority(folder: &Path, called: &str, today: &str) -> Result<bool> {
    if pem(folder, called).exists() {
        return Ok(false);
    }
    let pair = KeyPair::generate()?;
    let certificate = authority_params(today)?.self_signed(&pair)?;
    // The key first: a certificate without its key would be taken for an authority that is kept elsewhere.
    write(&key(folder, called), 0o600, &pair.serialize_pem())?;
    write(&pem(folder, called), 0o644, &certificate.pem())?;
    Ok(true)
}

fn change_authority(folder: &Path) -> Result<()> {
    for path in [pem(folder, files::SPARE), key(folder, files::SPARE)] {
        if !path.exists() {
            bail!("{} is needed; bring it back from where it is kept", path.display());
        }
    }
    for (from, to) in [(files::AUTHORITY, files::FORMER), (files::SPARE, files::AUTHORITY)] {
        for of in [key, pem] {
            if of(folder, from).exists() {
                fs::rename(of(folder, from), of(folder, to))?;
            }
        }
    }
    Ok(())
}

fn authority_params(today: &str) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    name(&mut params, AUTHORITY_NAME);
    lasting(&mut params, today, &day::add_days(today, AUTHORITY_DAYS))?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn name(params: &mut CertificateParams, common: &str) {
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common);
}

/// From a day before: the clock of many a tablet is behind.
fn lasting(params: &mut CertificateParams, today: &str, until: &str) -> Result<()> {
    let moment = |day: &str| {
        let parts: Vec<u16> = day.split('-').filter_map(|part| part.parse().ok()).collect();
        match parts[..] {
            [year, month, day] => Ok(date_time_ymd(i32::from(year), month as u8, day as u8)),
            _ => bail!("{day} is no date"),
        }
    };
    params.not_before = moment(&day::add_days(today, -1))?;
    params.not_after = moment(until)?;
    Ok(())
}

fn pem(folder: &Path, called: &str) -> std::path::PathBuf {
    folder.join(format!("{called}.pem"))
}

fn key(folder: &Path, called: &str) -> std::path::PathBuf {
    folder.join(format!("{called}.key"))
}

fn write(path: &Path, mode: u32, text: &str) -> Result<()> {
    let beside = path.with_extension("new");
    drop(fs::remove_file(&beside));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(|| path.display().to_string())?;
    fs::rename(&beside, path)?;
    Ok(())
}
