//! What a load has nothing to add to: asked of the store's own transaction as it comes.

use super::gathering::Gathering;
use crate::error::Result;
use crate::store::{
    Account, Audit, AuditRow, Blobs, Bulk, Devices, Epochs, FailedSignIn, Meta, NewDevice, OneTimeCode, People,
    Session, StoredDevice, Tx,
};
use sync_protocol::blobs::BlobHash;
use sync_protocol::{ChannelFacet, DeviceNumber, EditId, Epoch, RecordKey, Stamp};

macro_rules! pass_on {
    ($($part:ident { $($name:ident($($given:ident: $ty:ty),*) -> $answer:ty;)* })*) => {
        $(impl $part for Gathering<'_> {
            $(fn $name(&self, $($given: $ty),*) -> Result<$answer> { self.tx.$name($($given),*) })*
        })*
    };
}

impl Tx for Gathering<'_> {}

pass_on! {
    Bulk {
        is_empty() -> bool;
    }
    Devices {
        add_device(device: &NewDevice) -> DeviceNumber;
        put_device(number: DeviceNumber, device: &NewDevice) -> ();
        revoke(number: DeviceNumber) -> ();
        devices_after(number: Option<DeviceNumber>) -> Vec<(StoredDevice, [u8; 32], String)>;
        device(number: DeviceNumber) -> Option<StoredDevice>;
        device_by_token(token_hash: &[u8; 32]) -> Option<StoredDevice>;
        set_token(number: DeviceNumber, token_hash: &[u8; 32]) -> ();
        set_contact(number: DeviceNumber, now_ms: u64) -> ();
        set_head(number: DeviceNumber, last: u32, edit: EditId, order: Stamp) -> ();
    }
    People {
        code(hash: &[u8; 32]) -> Option<OneTimeCode>;
        put_code(code: &OneTimeCode) -> ();
        drop_codes_before(expired_ms: u64) -> ();
        account(sign_in_name: &str) -> Option<Account>;
        put_account(account: &Account) -> ();
        failed_sign_in(name_hash: &[u8; 32]) -> Option<FailedSignIn>;
        put_failed_sign_in(name_hash: &[u8; 32], failed: FailedSignIn) -> ();
        drop_failed_sign_in(name_hash: &[u8; 32]) -> ();
        session(token_hash: &[u8; 32]) -> Option<Session>;
        put_session(session: &Session) -> ();
        drop_session(token_hash: &[u8; 32]) -> ();
        drop_sessions_before(ended_ms: u64) -> ();
    }
    Audit {
        append_audit(row: &AuditRow) -> ();
        last_audit(chain: &str) -> Option<AuditRow>;
        audit_chains() -> Vec<String>;
        audit(chain: &str) -> Vec<AuditRow>;
    }
    Blobs {
        put_giver(blob: BlobHash, giver: &str, bytes: u64, now_ms: u64) -> ();
        is_giver(blob: BlobHash, giver: &str) -> bool;
        drop_givers(blob: BlobHash) -> ();
        attachments_naming(blob: BlobHash) -> Vec<RecordKey>;
    }
    Epochs {
        begin_epoch(id: Epoch, now_ms: u64) -> ();
        heads_since(epoch: Epoch) -> Option<Vec<(ChannelFacet, u64)>>;
    }
    Meta {
        meta(key: &str) -> Option<Vec<u8>>;
        meta_to_change(key: &str) -> Option<Vec<u8>>;
        put_meta(key: &str, value: &[u8]) -> ();
    }
}
