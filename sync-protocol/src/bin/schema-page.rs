//! Prints the page `docs/schema.md`.
fn main() {
    print!("{}", sync_protocol::schema::page(sync_protocol::schema::linli()));
}
