//! Bytes of photos: whole or not shown, there with their record or not at all, gone with the last record that names them.
#![allow(clippy::unwrap_used, reason = "tests")]

use local_store::blobs::{self, Taken};
use local_store::saving::{NewEdit, save};
use local_store::{Key, Options, Result, Store, StoreError, Tx, View, device, photo_queue, photos};
use sync_protocol::blobs::BlobHash;
use sync_protocol::{DeviceNumber, RecordId};

fn id(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}

fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("linli.db"), Some(&Key::new([7; 32])), Options::linli()).unwrap();
    store.write(|tx| device::enrolled_as(tx, DeviceNumber(12))).unwrap();
    (dir, store)
}

fn photo(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 % 251) as u8).collect()
}

fn attachment(tx: &Tx<'_>, n: u8) -> Result<()> {
    let staged = photos::unstage(tx, id(n), id(1))?.unwrap();
    let edit = NewEdit::create("attachment", id(n), id(1))
        .set("about", format!("issue:{}", id(90)))
        .set("use", "photo")
        .set("sha256", staged.sha256.to_string())
        .set("thumb", staged.thumb.to_string())
        .set("media_type", "image/jpeg")
        .set("bytes", 1)
        .set("place_kept", false);
    save(tx, edit, 1_000).map(drop)
}

fn waiting(store: &Store) -> photo_queue::Waiting {
    store.read(&View::Everything, photo_queue::waiting).unwrap()
}

#[test]
fn a_photo_is_queued_in_the_transaction_of_its_record_or_not_at_all() {
    let (_dir, store) = store();
    let (whole, thumb) = (photo(150_000), photo(5_000));
    store.write(|tx| photos::stage(tx, id(2), id(1), &whole, &thumb, 1_000)).unwrap();
    assert_eq!(waiting(&store).photos, 0, "picked is not saved");
    let broken: Result<()> = store.write(|tx| {
        attachment(tx, 2)?;
        Err(StoreError::NotEnrolled)
    });
    assert!(broken.is_err());
    assert_eq!(waiting(&store).photos, 0);
    assert!(store.read(&View::Everything, |tx| photos::staged(tx, id(2), id(1))).unwrap().is_some(), "still picked");
    store.write(|tx| attachment(tx, 2)).unwrap();
    assert_eq!((waiting(&store).photos, waiting(&store).bytes), (1, 155_000));
    let next = |thumb| store.read(&View::Everything, |tx| photo_queue::next_upload(tx, thumb)).unwrap();
    assert_eq!((next(true), next(false)), (None, None), "its words have not been sent yet");
    assert!(store.write(|tx| photos::unstage(tx, id(2), id(1))).unwrap().is_none(), "once only");
}

#[test]
fn a_picked_photo_is_its_pickers_alone_and_leaves_no_bytes_when_it_is_dropped() {
    let (_dir, store) = store();
    let staged = store.write(|tx| photos::stage(tx, id(2), id(1), &photo(9_000), &photo(80), 1_000)).unwrap();
    assert_eq!(store.read(&View::Everything, |tx| photos::staged(tx, id(2), id(9))).unwrap(), None);
    store.write(|tx| photos::forget(tx, id(2), id(9))).unwrap();
    let held = |name| store.read(&View::Everything, |tx| blobs::standing(tx, name)).unwrap();
    assert!(held(staged.sha256).is_some());
    store.write(|tx| photos::forget(tx, id(2), id(1))).unwrap();
    assert_eq!((held(staged.sha256), held(staged.thumb)), (None, None));
    // Picked, left, and never saved: after a month the next one sweeps it away.
    store.write(|tx| photos::stage(tx, id(3), id(1), &photo(9_000), &photo(80), 1_000)).unwrap();
    let later = 1_000 + 31 * 24 * 3_600_000;
    store.write(|tx| photos::stage(tx, id(4), id(1), &photo(10_000), &photo(90), later)).unwrap();
    assert_eq!(held(BlobHash::of(&photo(9_000))), None);
}

#[test]
fn what_arrives_in_parts_is_shown_when_it_is_whole_and_right_and_never_before() {
    let (_dir, store) = store();
    let whole = photo(100_000);
    let name = BlobHash::of(&whole);
    let put = |name, at: usize, to: usize| {
        store.write(|tx| blobs::append(tx, name, true, at as u64, 100_000, &whole[at..to], 1_000)).unwrap()
    };
    let shown = || store.read(&View::Everything, |tx| blobs::read(tx, name)).unwrap();
    assert_eq!((put(name, 0, 40_000), shown()), (Taken::Some, None));
    assert_eq!(put(name, 60_000, 70_000), Taken::Some, "behind a gap: not taken");
    assert_eq!(put(name, 40_000, 99_999), Taken::Some);
    assert_eq!((put(name, 99_999, 100_000), shown().as_deref()), (Taken::Whole, Some(&whole[..])));
    let other = BlobHash::of(b"other");
    assert_eq!(put(other, 0, 100_000), Taken::Wrong);
    assert_eq!(store.read(&View::Everything, |tx| blobs::standing(tx, other)).unwrap().unwrap().held, 0);
}
