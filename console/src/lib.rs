//! The supervisors' web shell: one more replica with a page in front. It syncs like a tablet and asks app-core in the name
//! of the person signed in; it has no rules of its own.

pub mod api;
pub mod server;
pub mod sessions;
