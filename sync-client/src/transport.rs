//! How calls reach the relay. A trait, because a simulation carries them in memory.

use crate::error::{Result, SyncError};
use futures_util::Stream;
use std::future::Future;
use std::pin::Pin;
use sync_protocol::blobs::{BlobAnswer, BlobHash};
use sync_protocol::messages::{
    CompareAnswer, CompareRequest, EnrolAnswer, EnrolRequest, ErasureAnswer, ErasureRequest, Heads, History, Me,
    PullAnswer, PullRequest, PushAnswer, PushRequest, RenewAnswer, SignInAnswer, SignInRequest, TimeAnswer, Trust,
};
use sync_protocol::problem::Problem;
use sync_protocol::{Code, Epoch, RecordKey};

/// The relay's announcements that something moved. It ends when the connection does.
pub type Changes = Pin<Box<dyn Stream<Item = Result<Heads>> + Send>>;

pub trait Transport: Send + Sync + 'static {
    fn enrol(&self, request: &EnrolRequest) -> impl Future<Output = Result<EnrolAnswer>> + Send;
    fn me(&self, epoch: Option<Epoch>) -> impl Future<Output = Result<Me>> + Send;
    fn push(&self, request: &PushRequest) -> impl Future<Output = Result<PushAnswer>> + Send;
    fn pull(&self, request: &PullRequest) -> impl Future<Output = Result<PullAnswer>> + Send;
    fn compare(&self, request: &CompareRequest) -> impl Future<Output = Result<CompareAnswer>> + Send;
    fn changes(&self) -> impl Future<Output = Result<Changes>> + Send;
    /// Who may vouch for the relay; `None` where no certificates are in use.
    fn trust(&self) -> impl Future<Output = Result<Option<Trust>>> + Send {
        std::future::ready(Ok(None))
    }
    /// Trusts these authorities from now on, if the relay can be reached under them.
    fn follow(&self, authorities: Vec<Vec<u8>>) -> impl Future<Output = Result<()>> + Send {
        drop(authorities);
        std::future::ready(Ok(()))
    }
    /// What time it is, asked without token and whatever the dates of the relay's certificate.
    fn time(&self, _nonce: &str) -> impl Future<Output = Result<TimeAnswer>> + Send {
        std::future::ready(Err(not_carried("this way carries no time")))
    }
    /// A code under which this device may go on with a new number.
    fn renew(&self) -> impl Future<Output = Result<RenewAnswer>> + Send {
        std::future::ready(Err(not_carried("this way renews nothing")))
    }
    /// Calls with this token from now on.
    fn take_token(&self, _token: String) {}
    /// Lets dates be checked by this machine's clock, moved by so much.
    fn correct_clock(&self, _offset_ms: i64) {}
    fn sign_in(&self, request: &SignInRequest) -> impl Future<Output = Result<SignInAnswer>> + Send;

    /// What became of a record. `asker` is the token of who asks at a console.
    fn history(&self, _record: &RecordKey, _asker: Option<&str>) -> impl Future<Output = Result<History>> + Send {
        std::future::ready(Err(not_carried("this way carries no histories")))
    }

    /// Everything held on a resident goes.
    fn erase(
        &self,
        _request: &ErasureRequest,
        _asker: Option<&str>,
    ) -> impl Future<Output = Result<ErasureAnswer>> + Send {
        std::future::ready(Err(not_carried("this way carries no erasures")))
    }

    /// Gives the relay bytes of a blob from one on; none at all asks how far it has come. A transport that carries no
    /// photos need not say anything.
    fn put_blob(
        &self,
        _name: BlobHash,
        _from: u64,
        _bytes: &[u8],
        _whole: u64,
    ) -> impl Future<Output = Result<BlobAnswer>> + Send {
        std::future::ready(Err(not_carried("this way carries no photos")))
    }

    /// Bytes of a blob from one on: as many as came before the line broke, and never none.
    fn get_blob(&self, _name: BlobHash, _from: u64) -> impl Future<Output = Result<BlobPart>> + Send {
        std::future::ready(Err(not_carried("this way carries no photos")))
    }
}

/// Some bytes of a blob, and how long all of it is.
#[derive(Clone, Debug)]
pub struct BlobPart {
    pub bytes: Vec<u8>,
    pub whole: u64,
}

fn not_carried(title: &str) -> SyncError {
    SyncError::Problem(Problem { code: Code::NotThere, title: title.to_owned(), status: 404, retry_after_s: None })
}
